/** In the slot of a running node: `{"url":"http://127.0.0.1:PORT","pid":1}`, by which programs of this machine find it. */
export const OBSERVE_FILE = 'observe.json';
