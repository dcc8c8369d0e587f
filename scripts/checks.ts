import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PLAN_CHECKS, SHOOTING_CHECKS } from '../src/planning/index.ts'
import { RULES } from '../src/screenplay/index.ts'

/** `npm run checks`: writes `docs/checks.md` from the rules themselves. */
export function checksPage(): string {
  const planChecks = [...PLAN_CHECKS, ...SHOOTING_CHECKS].toSorted((a, b) => a.id.localeCompare(b.id))
  return [
    '# Checks of screenplays and plans',
    'Findings in results carry the code of the check that made them. This page is written by `npm run checks` from the checks themselves.',
    '## Screenplays',
    'Severities are given for scripts that a model wrote (`generated`) and for a person’s own (`authored`). `fix` changes only what leaves no doubt, and lists each change.',
    [
      '| code | subject | what it checks | generated | authored | what `fix` changes |',
      '| --- | --- | --- | --- | --- | --- |',
      ...RULES.map(
        ({ code, title, checks, severity, fixes }) =>
          `| ${code} | ${title} | ${checks} | ${severity.generated} | ${severity.authored} | ${fixes ?? 'nothing'} |`,
      ),
    ].join('\n'),
    '## Plans and shoots',
    'Each is recomputed from the published figures by other means than those that made them.',
    [
      '| code | subject | what it checks |',
      '| --- | --- | --- |',
      ...planChecks.map(({ id, title, checks }) => `| ${id} | ${title} | ${checks} |`),
    ].join('\n'),
    '',
  ].join('\n\n')
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../docs/checks.md'), checksPage())
