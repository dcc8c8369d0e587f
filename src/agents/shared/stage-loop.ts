import type { Attempt, Generate, ReasoningEffort } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import {
  askModel,
  createSpendingMeter,
  isOverBudget,
  type ModelAsker,
  type Question,
  type Spending,
  type SpendingMeter,
} from './ask-model.ts'
import { askText } from './ask-text.ts'
import { buildHistory, estimateTokens, type Turn } from './conversation.ts'
import type { JobOutcome, JobRun } from './job.ts'
import type { Progress } from './progress.ts'

/** The fields of a job's document that the loop uses. */
export interface StagedDocument {
  readonly model: string
  readonly reasoningEffort?: ReasoningEffort | undefined
  readonly capMicroUsd?: number | undefined
  readonly turns: readonly Turn[]
  readonly spent: Spending
}

/** One row of an agent's table: the loop runs the first stage that is due until none is. */
export interface Stage<Document extends StagedDocument> {
  readonly name: string
  due(document: Document): boolean
  /** The next step of the stage, for the progress. */
  label(document: Document): string
  /** Asks its question and gives back the document with the answer. */
  run(document: Document, desk: Desk<Document>): Promise<Document>
}

/** The ways of a stage to ask the model. */
export interface Desk<Document> {
  /** Asks in the conversation, or apart from it where `alone` is set. The answer fits the schema and passes `check`. */
  askData<T>(document: Document, question: DeskQuestion<T>): Promise<{ readonly value: T; readonly turn: Turn }>
  /** Asks for prose in the conversation. A partial answer is saved while it streams, and continued after a crash. */
  askText(document: Document, question: DeskText<Document>): Promise<{ readonly text: string; readonly turn: Turn }>
  /** The number of answers that the last request shortened for the window. */
  readonly shortened: number
}

export type DeskQuestion<T> = Omit<Question<T>, 'history' | 'system'> & {
  /** A system prompt of its own: the question is asked outside of the conversation. */
  readonly alone?: string
}

export interface DeskText<Document> {
  readonly subject: string
  readonly prompt: string
  readonly maxOutputTokens: number
  readonly partial: string | undefined
  /** The document that keeps the text so far. */
  withPartial(document: Document, text: string): Document
  /** The progress message for the text so far. */
  progress(document: Document, text: string): string
}

export interface StageLoop<Document extends StagedDocument> {
  readonly tool: string
  readonly stages: readonly Stage<Document>[]
  readonly generate: Generate
  readonly world: World
  readonly run: JobRun
  /** Tokens that the model reads at most; undefined: not known. */
  readonly contextTokens: number | undefined
  system(document: Document): string
  /** Counts for the progress. */
  progress(document: Document): Omit<Progress, 'message'>
  /** The stages end here although some are due: the person asked to stop after one. */
  isReached(document: Document): boolean
  /** Called before each stage, with a reason to stop before anything is asked: an estimate above the cap. */
  refuse?(document: Document): { readonly document: Document; readonly stop: string | undefined }
  /** Books what a stage's attempts cost; called after each stage, and after one that failed. */
  book?(before: Document, after: Document, attempts: readonly Attempt[]): Document
}

/** The interval between saves of streaming prose. */
const SAVE_EVERY_MS = 5_000
/** The interval between progress messages of streaming prose. */
const SHOW_EVERY_MS = 1_000

/**
 * Runs an agent's stages: asks, saves each answer before the next question, counts the cost and reports the progress. A
 * resumed run therefore pays for no answer twice. Throws the error of a stage after saving its cost.
 */
export async function runStages<Document extends StagedDocument>(
  begin: Document,
  loop: StageLoop<Document>,
): Promise<{ readonly document: Document; readonly outcome: JobOutcome }> {
  const meter = createSpendingMeter(begin.spent)
  let attempts: Attempt[] = []
  const asker = createAsker(begin, loop, meter, (attempt) => attempts.push(attempt))
  let document = begin
  const save = async (next: Document): Promise<Document> => {
    document = { ...next, spent: meter.spent }
    await loop.run.save(document)
    return document
  }
  const report = (message: string): void => loop.run.progress({ ...loop.progress(document), message })
  const desk = createDesk(loop, { asker, save, report })
  await save(begin)
  try {
    while (!loop.isReached(document)) {
      loop.run.signal.throwIfAborted()
      const stage = loop.stages.find((one) => one.due(document))
      if (!stage) break
      const refused = loop.refuse?.(document)
      if (refused && refused.document !== document) await save(refused.document)
      if (refused?.stop !== undefined) return { document, outcome: { status: 'stopped', message: refused.stop } }
      report(stage.label(document))
      attempts = []
      const before = document
      const after = await stage.run(document, desk)
      await save(loop.book?.(before, after, attempts) ?? after)
    }
    return { document, outcome: { status: 'complete' } }
  } catch (error) {
    // The cost of a failed question is saved too. The save of a run that another process took over fails and is ignored.
    if (meter.spent !== document.spent && !loop.run.signal.aborted) {
      await save(loop.book?.(document, document, attempts) ?? document)
    }
    if (!isOverBudget(error)) throw error
    return { document, outcome: { status: 'stopped', message: error.message } }
  }
}

function createAsker<Document extends StagedDocument>(
  { model, reasoningEffort, capMicroUsd }: Document,
  { tool, generate, world, run }: StageLoop<Document>,
  meter: SpendingMeter,
  onAttempt: (attempt: Attempt) => void,
): ModelAsker {
  return {
    generate,
    model,
    tool,
    signal: run.signal,
    newId: () => world.id(),
    warn: run.warn,
    meter: {
      get spent() {
        return meter.spent
      },
      addCall: () => meter.addCall(),
      addAttempt(attempt) {
        onAttempt(attempt)
        meter.addAttempt(attempt)
      },
    },
    ...(reasoningEffort !== undefined && { reasoningEffort }),
    ...(capMicroUsd !== undefined && { capMicroUsd }),
  }
}

interface DeskDeps<Document> {
  readonly asker: ModelAsker
  save(document: Document): Promise<Document>
  report(message: string): void
}

function createDesk<Document extends StagedDocument>(
  loop: StageLoop<Document>,
  { asker, save, report }: DeskDeps<Document>,
): Desk<Document> {
  let shortened = 0
  const historyFor = (document: Document, prompt: string, maxOutputTokens: number) => {
    const { contextTokens = Number.POSITIVE_INFINITY } = loop
    const room = contextTokens - maxOutputTokens - estimateTokens(prompt.length) - ROOM_FOR_SCHEMA
    const history = buildHistory(document.turns, Math.max(0, room))
    shortened = history.shortened
    return history.messages
  }
  return {
    get shortened() {
      return shortened
    },
    async askData(document, { alone, ...question }) {
      const { prompt, maxOutputTokens } = question
      const context =
        alone === undefined
          ? { system: loop.system(document), history: historyFor(document, prompt, maxOutputTokens) }
          : { system: alone }
      const value = await askModel(asker, { ...question, ...context })
      return { value, turn: { stage: question.name, question: prompt, answer: JSON.stringify(value) } }
    },
    async askText(document, { subject, prompt, maxOutputTokens, partial, withPartial, progress }) {
      const shown = { saved: loop.world.now(), reported: 0 }
      const text = await askText(asker, {
        subject,
        system: loop.system(document),
        history: historyFor(document, prompt, maxOutputTokens),
        prompt,
        maxOutputTokens,
        ...(partial !== undefined && { partial }),
        async onCut(soFar) {
          await save(withPartial(document, soFar))
        },
        async onText(soFar) {
          const now = loop.world.now()
          if (now - shown.reported >= SHOW_EVERY_MS) {
            shown.reported = now
            report(progress(document, soFar))
          }
          if (now - shown.saved >= SAVE_EVERY_MS) {
            shown.saved = now
            await save(withPartial(document, soFar))
          }
        },
      })
      return { text, turn: { stage: subject, question: prompt, answer: text } }
    },
  }
}

/** Tokens of a request beside its texts. */
const ROOM_FOR_SCHEMA = 3_000
