import type { Rule } from './rule.ts'

/**
 * F16: actions tell what is seen and heard, not what a person feels, thinks or remembers. Once or twice is style.
 *
 * @example lines 1
 * ```
 * ANNA feels that it is over.
 *
 * We feel her grief.
 *
 * She remembers the summer and realizes that it is gone.
 *
 * Rain.
 * ```
 * @example none
 * ```
 * ANNA feels for the switch. She thinks.
 * ```
 */
export const unfilmables: Rule = {
  code: 'F16',
  title: 'what cannot be seen',
  checks: 'Actions tell what can be seen and heard.',
  severity: { generated: 'warn', authored: 'info' },
  check({ elements }) {
    const actions = elements.flatMap((element, elementIndex) =>
      element.type === 'action' && element.text !== '' ? [{ ...element, element: elementIndex }] : [],
    )
    const found = actions.filter(({ text }) => INNER_LIFE.test(text))
    // In four professional scripts fewer than one action in thirty is of this kind.
    if (found.length < 3 || found.length * 30 < actions.length) return []
    const message = `${found.length} of ${actions.length} actions tell what cannot be seen, such as "${INNER_LIFE.exec(found[0]?.text ?? '')?.[0]}".`
    return [{ element: found[0]?.element ?? 0, message, fix: 'Show it.' }]
  },
}

const INNER_LIFE =
  /\bwe (?:can )?(?:feel|sense|know|understand|realize)\b|\b(?:feels|thinks|realizes|realises|remembers|wonders|knows|hopes|wishes|believes|understands) (?:that|how|what|why|the|her|his|their|a|an|about|nothing|something|if|whether)\b/i
