import { inspect } from 'node:util'
import type { Heard, Mode, Setting } from './contestant.ts'
import { ANSWER, SOUND } from './contestant.ts'
import { CONTESTANTS, type Id } from './contestants.ts'

/** One contestant for a while: `atOnce` questions under way for at least `ms`. */
export interface Slot {
  readonly mode: Mode
  readonly atOnce: number
  readonly ms: number
}

export interface Ran {
  /** Of every question: ms from asking to the end of the answer. */
  readonly times: readonly number[]
  readonly ms: number
  /** What the processor did for this process meanwhile, on all its threads. */
  readonly cpuUs: number
}

/** Every model that fails, asked once, all at the same time. */
export interface Trial {
  readonly mode: Mode
  readonly models: readonly string[]
  readonly answer: string
  /** What has not ended by then hangs. */
  readonly limitMs: number
}

export type Verdict = 'right' | 'silently wrong' | 'hung' | 'visible error'

/** The role of a process that holds one contestant: says its version, then runs slots and trials as they are asked for. */
export async function contest(id: Id, setting: Setting): Promise<void> {
  const contestant = await CONTESTANTS[id].open(setting)
  const ask = (mode: Mode, model: string): Promise<Heard> => contestant.ask(mode, model)
  process.on('message', (question: Slot | Trial) => {
    const answer = 'models' in question ? tried(ask, question) : ran(ask, question)
    answer.then(
      (told) => process.send?.(told),
      (error: unknown) => {
        process.stderr.write(`${inspect(error)}\n`, () => process.exit(1))
      },
    )
  })
  process.once('disconnect', () => process.exit())
  process.send?.(contestant.version)
}

type Ask = (mode: Mode, model: string) => Promise<Heard>

async function ran(ask: Ask, { mode, atOnce, ms }: Slot): Promise<Ran> {
  const times: number[] = []
  const began = performance.now()
  const until = began + ms
  const before = process.cpuUsage()
  const worker = async (): Promise<void> => {
    do {
      const at = performance.now()
      const { text, finish } = await ask(mode, SOUND)
      times.push(performance.now() - at)
      if (text !== ANSWER || finish !== 'stop') throw new Error(`a wrong answer: ${finish} ${text.slice(0, 80)}`)
    } while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(before)
  return { times, ms: performance.now() - began, cpuUs: user + system }
}

async function tried(ask: Ask, { mode, models, answer, limitMs }: Trial): Promise<readonly Verdict[]> {
  return Promise.all(
    models.map(async (model): Promise<Verdict> => {
      const late = new Promise<'hung'>((resolve) => setTimeout(resolve, limitMs, 'hung').unref())
      const asked = ask(mode, model).then(
        (heard): Verdict => verdict(heard, answer),
        (): Verdict => 'visible error',
      )
      return Promise.race([asked, late])
    }),
  )
}

/** A wrong text that comes with a finish reason which says so is no silence. */
function verdict({ text, finish }: Heard, answer: string): Verdict {
  if (text === answer && finish === 'stop') return 'right'
  return finish === undefined || finish === 'stop' ? 'silently wrong' : 'visible error'
}
