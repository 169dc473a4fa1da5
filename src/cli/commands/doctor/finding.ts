/** One thing that was looked at, and what to do where it is not well. */
export interface Finding {
  readonly check: string;
  /** `warning`: it works, but not as it could, or nobody can tell. `problem`: something does not work. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly remedy?: string;
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text };
}

export function warning(check: string, text: string, remedy: string): Finding {
  return { check, state: 'warning', text, remedy };
}

export function problem(check: string, text: string, remedy: string): Finding {
  return { check, state: 'problem', text, remedy };
}
