import type { GenerateRequest, Setting } from '../../contract/generate.ts'
import type { ModelFacts } from '../../contract/provider.ts'
import type { Quirks } from '../quirks.ts'

/** A request in a wire's own form, and the settings that were left out of it. */
export interface WireRequest {
  readonly body: Readonly<Record<string, unknown>>
  readonly ignored: readonly Setting[]
}

/** The facts that decide which settings a model takes. */
export interface ModelContext {
  readonly facts: ModelFacts | undefined
  readonly quirks: Quirks
  /** Parameters that the model has refused before. */
  readonly unsupported: ReadonlySet<string>
}

/** True where the setting may be sent as this parameter; a setting that may not is added to `ignored`. */
export type SettingFilter = (setting: Setting, parameter: string) => boolean

/** Call the filter only for settings that the request has, because each refusal is reported to the caller. */
export function createSettingFilter(
  { facts, quirks, unsupported }: ModelContext,
  ignored: Set<Setting>,
): SettingFilter {
  return (setting, parameter) => {
    const refuses = facts?.refuses?.includes(setting) || quirks.refuses?.includes(setting) || unsupported.has(parameter)
    const whileThinking = facts?.abilities.includes('thinking') && quirks.refusesWhenThinking?.includes(setting)
    if (!refuses && !whileThinking) return true
    ignored.add(setting)
    return false
  }
}

/** The images of user messages only: those of an assistant or a tool have no place on OpenAI's wires. */
export function canSendImages({ messages }: GenerateRequest, canSend: SettingFilter, ignored: Set<Setting>): boolean {
  const roles = new Set(
    messages.filter(({ parts }) => parts.some(({ type }) => type === 'image')).map(({ role }) => role),
  )
  if (roles.has('assistant') || roles.has('tool')) ignored.add('images')
  return roles.has('user') && canSend('images', 'image_url')
}
