import { inspect } from 'node:util'
import type { ContestantAnswer, ContestantOptions, Mode } from './contestant.ts'
import { ANSWER, HEALTHY_MODEL } from './contestant.ts'
import { CONTESTANTS, type ContestantId } from './contestants.ts'

/** One contestant for a while: `atOnce` questions under way for at least `ms`. */
export interface Slot {
  readonly mode: Mode
  readonly atOnce: number
  readonly ms: number
}

export interface SlotResult {
  /** Milliseconds from the question to the end of the answer, for every question. */
  readonly times: readonly number[]
  readonly ms: number
  /** Processor time of this process during the slot, on all its threads. */
  readonly cpuUs: number
}

/** Every model that fails, asked once, all at the same time. */
export interface Trial {
  readonly mode: Mode
  readonly models: readonly string[]
  readonly answer: string
  /** A question that has not ended by then hangs. */
  readonly limitMs: number
}

export type Verdict = 'right' | 'silently wrong' | 'hung' | 'visible error'

/** The role of a process that holds one contestant: says its version, then runs slots and trials as they are asked for. */
export async function serveContestant(id: ContestantId, setting: ContestantOptions): Promise<void> {
  const contestant = await CONTESTANTS[id].open(setting)
  const ask = (mode: Mode, model: string): Promise<ContestantAnswer> => contestant.ask(mode, model)
  process.on('message', (question: Slot | Trial) => {
    const answer = 'models' in question ? runTrial(ask, question) : runSlot(ask, question)
    answer.then(
      (result) => process.send?.(result),
      (error: unknown) => {
        process.stderr.write(`${inspect(error)}\n`, () => process.exit(1))
      },
    )
  })
  process.once('disconnect', () => process.exit())
  process.send?.(contestant.version)
}

type Ask = (mode: Mode, model: string) => Promise<ContestantAnswer>

async function runSlot(ask: Ask, { mode, atOnce, ms }: Slot): Promise<SlotResult> {
  const times: number[] = []
  const began = performance.now()
  const until = began + ms
  const before = process.cpuUsage()
  const worker = async (): Promise<void> => {
    do {
      const at = performance.now()
      const { text, finish } = await ask(mode, HEALTHY_MODEL)
      times.push(performance.now() - at)
      if (text !== ANSWER || finish !== 'stop') throw new Error(`a wrong answer: ${finish} ${text.slice(0, 80)}`)
    } while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(before)
  return { times, ms: performance.now() - began, cpuUs: user + system }
}

async function runTrial(ask: Ask, { mode, models, answer, limitMs }: Trial): Promise<readonly Verdict[]> {
  return Promise.all(
    models.map(async (model): Promise<Verdict> => {
      const late = new Promise<'hung'>((resolve) => setTimeout(resolve, limitMs, 'hung').unref())
      const asked = ask(mode, model).then(
        (heard): Verdict => judgeAnswer(heard, answer),
        (): Verdict => 'visible error',
      )
      return Promise.race([asked, late])
    }),
  )
}

/** A wrong text is not silently wrong when its finish reason reports it. */
function judgeAnswer({ text, finish }: ContestantAnswer, answer: string): Verdict {
  if (text === answer && finish === 'stop') return 'right'
  return finish === undefined || finish === 'stop' ? 'silently wrong' : 'visible error'
}
