/** A cell of the grid: row -1 is the line of titles. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that PageUp and PageDown go. */
  readonly pageRows: number;
}

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
}

/** Where a key leads, as in the ARIA pattern of grids; undefined for a key that does not move. */
export function moveCell(cell: Cell, { key, ctrlKey }: Key, size: GridSize): Cell | undefined {
  const to = target(cell, key, ctrlKey, size);
  if (to === undefined) return undefined;
  return {
    row: Math.max(-1, Math.min(size.rows - 1, to.row)),
    column: Math.max(0, Math.min(size.columns - 1, to.column)),
  };
}

function target({ row, column }: Cell, key: string, ctrlKey: boolean, size: GridSize): Cell | undefined {
  switch (key) {
    case 'ArrowUp':
      return { row: ctrlKey ? -1 : row - 1, column };
    case 'ArrowDown':
      return { row: ctrlKey ? size.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'PageUp':
      return { row: Math.max(0, row - size.pageRows), column };
    case 'PageDown':
      return { row: row + size.pageRows, column };
    case 'Home':
      return ctrlKey ? { row: 0, column: 0 } : { row, column: 0 };
    case 'End':
      return ctrlKey ? { row: size.rows - 1, column: size.columns - 1 } : { row, column: size.columns - 1 };
    default:
      return undefined;
  }
}
