/** What is odd about a server that speaks OpenAI's Chat Completions otherwise. Each is a fact about the wire, not a choice. */
export interface Quirks {
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
}
