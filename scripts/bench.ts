import { coldStart } from './bench/cold-start.ts'

/** Measures what the README claims, each figure beside its named baseline in the same run, and prints Markdown. */
process.stdout.write(await coldStart())
