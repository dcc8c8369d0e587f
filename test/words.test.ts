import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/**
 * Words that were private to this project, and what replaced them: shelf (document store), slate (shared state), seam
 * (overlap), tally (usage meter), roster (registry), wall (budget), anew (again), told (says), mend (fix).
 */
const RETIRED =
  /\b(slates?|shelf|shelves|seams?|tally|tallies|anew|told|untold|rosters?|bearings|champions?|takeup|mend(?:s|ed|ing)?|whoever|nobody|surely|gone on|of ours)\b|\b(?:a|the|this|its|each|every|hard) walls?\b|\bwall (?:of|holds|stands)\b|\bstands? (?:for|beside|between)\b/i

/** Openings of a comment's sentence without a subject noun. */
const OPENING = /(?:\/\*\*?|\*|\/\/|[.!?:])\s+(What|Who|Whoever|Nobody|Told|Of|Those)\s/

/**
 * Files with prose that is not about the program (text that the understudy prints, sample scripts, briefs), with frozen
 * SQL of earlier versions of the store, and this list.
 */
const EXEMPT =
  /^src\/providers\/understudy\/grammar|^scripts\/(?:pictures\/screenplay|evaluate\/briefs)\.ts$|^src\/store\/sqlite\/shared-state\.ts$|^test\/store\/sqlite\/migrations\.test\.ts$|^test\/words\.test\.ts$/

/** Lines of a printed screenplay in the README. */
const SAMPLE = /^ *│/

const root = join(import.meta.dirname, '..')

test('retired words and openings are gone from source, tests, scripts and documentation', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /^(src|test|scripts|bench|docs|examples)\/.*\.(ts|mjs|md)$|^[A-Z]+\.md$/.test(file))
    .filter((file) => !EXEMPT.test(file))
  expect(files.length).toBeGreaterThan(400)
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, n) => {
        const isComment = /^\s*(\/\*\*?|\*|\/\/)/.test(line)
        if (SAMPLE.test(line)) return []
        const match = RETIRED.exec(line) ?? (isComment ? OPENING.exec(line) : null)
        return match ? [`${file}:${n + 1}: ${match[0].trim()}`] : []
      }),
  )
  expect(found).toEqual([])
})
