/** What the manual promises to see at the start. */
export const BANNER = String.raw`
 ____  _ _   _
| __ )(_) |_| |_ ___ _ __  ___  ___  _ __
|  _ \| | __| __/ _ \ '_ \/ __|/ _ \| '__|
| |_) | | |_| ||  __/ | | \__ \ (_) | |
|____/|_|\__|\__\___|_| |_|___/\___/|_|   Bittensor
`;
