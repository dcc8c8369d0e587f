import type { Call, Generate, GenerateEvent, GenerateRequest, Usage } from '../../src/contract/generate.ts'

type ScriptedAnswer =
  | string
  | Error
  | readonly GenerateEvent[]
  | ((request: GenerateRequest, call: Call) => string | Error | readonly GenerateEvent[])

export interface ScriptedModel {
  readonly generate: Generate
  /** The requests as they came. */
  readonly requests: readonly GenerateRequest[]
  /** Answers not yet played: a test may assert that the whole script was used. */
  readonly remaining: number
}

const USAGE: Usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 }

/** A `Generate` that plays its answers in order: a string is a whole answer, an error is thrown, events are played as they are. */
export function scriptedModel(
  turns: readonly ScriptedAnswer[],
  id: { provider: string; model?: string } = { provider: 'fake' },
): ScriptedModel {
  const left = [...turns]
  const asked: GenerateRequest[] = []
  return {
    requests: asked,
    get remaining() {
      return left.length
    },
    async *generate(request, call) {
      asked.push(request)
      const turn = left.shift()
      if (turn === undefined) throw new Error(`the script has no turn for request ${asked.length}`)
      const play = typeof turn === 'function' ? turn(request, call) : turn
      if (play instanceof Error) throw play
      if (typeof play !== 'string') return yield* play
      yield { type: 'start', provider: id.provider, model: id.model ?? request.model, ignored: [] }
      yield { type: 'text', text: play }
      yield { type: 'end', finish: 'stop', usage: USAGE }
    },
  }
}
