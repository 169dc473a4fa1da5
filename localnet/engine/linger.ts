/** Who starts a chain may take this long to reach it on a busy machine. */
const FIRST_CLIENT_SECONDS = 60;

/** Ends a chain some seconds after its last client has gone; one that nobody has reached yet is given a minute. */
export class Linger {
  private timer: NodeJS.Timeout | undefined;
  private wasReached = false;

  constructor(
    private readonly seconds: number,
    private readonly end: (reason: string) => void,
  ) {}

  /** To be told how many clients there are, at first and whenever that changes. */
  readonly onClients = (count: number): void => {
    clearTimeout(this.timer);
    this.wasReached ||= count > 0;
    if (count > 0) return;
    const seconds = this.wasReached ? this.seconds : Math.max(this.seconds, FIRST_CLIENT_SECONDS);
    const reason = this.wasReached ? 'the last client has gone' : 'no client has come';
    this.timer = setTimeout(() => this.end(reason), seconds * 1000);
  };
}
