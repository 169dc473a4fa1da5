/** Why the server ends a websocket: code and reason of the close frame. The list, with `REVERTED`, is in docs/localnet.md. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export const CLOSING = {
  stopping: { code: 1001, reason: 'the node is stopping' },
  slow: { code: 4002, reason: 'too many notifications unread' },
  memory: { code: 4003, reason: 'the node holds too much for its clients, for this one most' },
} as const satisfies Record<string, Closing>;
