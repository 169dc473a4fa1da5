/** Offers text to the reader as a file; nothing leaves the page. */
export function saveFile(name: string, type: 'text/csv' | 'application/json', text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its copy by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
