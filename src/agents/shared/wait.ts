/** How long a call of a job waits by default: below the 60 s after which many clients give up on a call. */
export const WAIT_SECONDS = 45
