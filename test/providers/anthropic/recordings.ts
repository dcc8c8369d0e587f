import type { FailureKind } from '../../../src/contract/errors.ts'
import type { FinishReason } from '../../../src/contract/generate.ts'

/** The expected result of each recording on Anthropic's wire, counted from the recorded bytes by hand and by an independent script. */
export type ExpectedAnswer = readonly [
  /** `file#n` is the n-th exchange of a file. */
  name: string,
  finish: FinishReason,
  /** Input, cached, output, reasoning, written to the cache; all input counted, as we count it. */
  usage: readonly (number | undefined)[],
  /** Characters of visible thinking. */
  thinking: number,
  calls: readonly string[],
]

const _ = undefined

export const EXPECTED_ANSWERS: readonly ExpectedAnswer[] = [
  ['dd-trace-py--anthropic-completion-stream-thinking.json#0', 'stop', [50, _, 200], 41, []],
  ['dd-trace-py--anthropic-completion-stream.json#0', 'length', [27, _, 15], 0, []],
  ['dd-trace-py--anthropic-completion-thinking-tools.json#0', 'tool_calls', [100, _, 150], 59, ['get_weather']],
  ['dd-trace-py--anthropic-completion-thinking.json#0', 'stop', [50, _, 200], 53, []],
  ['dd-trace-py--anthropic-completion.json#0', 'length', [22, _, 15], 0, []],
  [
    'llm-anthropic--test-fixed-version-tool-chain-with-thinking-display-regression.json#0',
    'tool_calls',
    [598, 0, 92, 53, 0],
    180,
    ['fixed_version'],
  ],
  [
    'llm-anthropic--test-fixed-version-tool-chain-with-thinking-display-regression.json#1',
    'stop',
    [707, 0, 89, 0, 0],
    0,
    [],
  ],
  [
    'llm-anthropic--test-stream-events-tool-calls.json#0',
    'tool_calls',
    [543, 0, 40, _, 0],
    0,
    ['pelican_name_generator'],
  ],
  [
    'mirascope--test-strict-mode-with-tools-streamed-anthropic-claude-sonnet-4-5.json#0',
    'tool_calls',
    [853, 0, 72, _, 0],
    0,
    ['customAdditionImplementation'],
  ],
  [
    'mirascope--test-strict-mode-with-tools-streamed-anthropic-claude-sonnet-4-5.json#1',
    'stop',
    [939, 0, 25, _, 0],
    0,
    [],
  ],
  ['openinference--test-anthropic-instrumentation-async-messages-parse.json#0', 'stop', [210, 0, 12, _, 0], 0, []],
  ['openinference--testtokencounts-test-anthropic.json#0', 'stop', [107, 2, 21, _, 5], 0, []],
  [
    'openinference--testtoolcallsinchatresponse-test-anthropic.json#0',
    'tool_calls',
    [357, 0, 59, _, 0],
    0,
    ['get_weather'],
  ],
  [
    'pydantic-ai--test-anthropic-code-execution-files-cache-prefix-stable-messages-sonnet-5.json#1',
    'stop',
    [20702, 13637, 344, 33, 7049],
    0,
    [],
  ],
  [
    'pydantic-ai--test-anthropic-code-execution-files-cache-prefix-stable-messages-sonnet-5.json#2',
    'stop',
    [14640, 14210, 290, 15, 426],
    0,
    [],
  ],
  [
    'pydantic-ai--test-anthropic-opus-46-adaptive-thinking-accepts-tool-output-unified.json#0',
    'tool_calls',
    [671, 0, 55, 0, 0],
    0,
    ['final_result'],
  ],
  ['pydantic-ai--test-request-stream-fallback-for-high-max-tokens.json#0', 'stop', [20, 0, 5, _, 0], 0, []],
  ['pydantic-ai--test-stop-settings-anthropic.json#0', 'stop', [32, 0, 5, _, 0], 0, []],
  [
    'pydantic-ai--test-tool-choice-matrix-required-anthropic.json#0',
    'tool_calls',
    [655, 0, 38, _, 0],
    0,
    ['get_weather'],
  ],
  ['vercel-ai--anthropic-advisor-stop-reasons.chunks.txt', 'stop', [10, 0, 20, _, 0], 0, []],
  ['vercel-ai--anthropic-advisor-stop-reasons.json', 'stop', [10, _, 20], 0, []],
  ['vercel-ai--anthropic-claude-opus-5-reasoning-high.1.json', 'stop', [51, 0, 1699, 139, 0], 352, []],
  ['vercel-ai--anthropic-clear-thinking.1.chunks.txt', 'stop', [69, 0, 53, _, 0], 75, []],
  ['vercel-ai--anthropic-clear-thinking.1.json', 'stop', [69, 0, 33, _, 0], 22, []],
  ['vercel-ai--anthropic-fallback.chunks.txt', 'stop', [412, 0, 264, _, 0], 0, []],
  ['vercel-ai--anthropic-fallback.json', 'stop', [412, 0, 264, _, 0], 0, []],
  ['vercel-ai--anthropic-mcp.1.chunks.txt', 'stop', [1250, 0, 83, _, 0], 0, []],
  ['vercel-ai--anthropic-mcp.1.json', 'stop', [1250, 0, 88, _, 0], 0, []],
  ['vercel-ai--anthropic-message-delta-input-tokens.chunks.txt', 'stop', [61, _, 2], 0, []],
  ['vercel-ai--anthropic-refusal.chunks.txt', 'content_filter', [18, 0, 5, _, 0], 0, []],
  ['vercel-ai--anthropic-refusal.json', 'content_filter', [18, 0, 5, _, 0], 0, []],
  ['vercel-ai--anthropic-text.chunks.txt', 'stop', [12, 0, 30, _, 0], 0, []],
  ['vercel-ai--anthropic-text.json', 'stop', [12, 0, 29, _, 0], 0, []],
  ['vercel-ai--anthropic-tool-no-args.chunks.txt', 'tool_calls', [565, 0, 48, _, 0], 0, ['updateIssueList']],
  ['vercel-ai--anthropic-tool-no-args.json', 'tool_calls', [602, 0, 93, _, 0], 0, ['updateIssueList']],
  ['vercel-ai--anthropic-web-fetch-tool.error.json', 'stop', [1902, 0, 214, _, 0], 0, []],
  ['vercel-ai--duplicate-message-start.chunks.txt', 'stop', [17, _, 227], 0, []],
  ['vercel-ai--spliced-message-start.chunks.txt', 'tool_calls', [17, _, 65], 42, ['test-tool']],
]

export const EXPECTED_FAILURES: readonly (readonly [name: string, kind: FailureKind, more: object])[] = [
  ['dd-trace-py--anthropic-completion-invalid-api-key.json#0', 'auth', {}],
  ['pydantic-ai--test-anthropic-explicit-effort-xhigh-unsupported-model-errors.json#0', 'invalid_request', {}],
  ['pydantic-ai--test-model-name-suggestion-anthropic.json#0', 'unknown_model', {}],
  ['pydantic-ai--test-anthropic-count-tokens-error.json#0', 'unknown_model', {}],
  [
    'ruby_llm--chat-real-error-scenarios-anthropic-claude-haiku-4-5-handles-context-length-exceeded-error.json#0',
    'context_too_long',
    { limitTokens: 200_000 },
  ],
]

/** Recordings of other things than an answer to a message. */
export const SKIPPED_RECORDINGS: Readonly<Record<string, string>> = {
  'pydantic-ai--test-anthropic-count-tokens-keeps-memory-tool.json': 'counts tokens',
}
