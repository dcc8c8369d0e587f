import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import ICAL from 'ical.js'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { type Plan, toCsv, toDot, toHtml, toIcs, toMermaid, toMspdi } from '../../../src/planning/index.ts'
import { planWithProgress, samplePlan } from '../sample-plan.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 60 })
/** Titles that have broken one format or another, and any text at all. */
const hostileText = fc.oneof(
  anyText,
  fc.constantFrom(
    'Title design',
    'a: b; c # d',
    '"quoted\\"',
    '<b>&amp;</b>',
    '=1+1',
    'end',
    '%%{init}%%',
    ']]>',
    '-->',
    'a\nb',
    '',
  ),
)
const plans = hostileText.map((title) => samplePlan({ goal: title, milestones: [{ ...wrap(), title }] }, title))
const edgesOf = (plan: Plan): readonly string[] =>
  [...plan.tasks, ...plan.milestones].flatMap(({ id, depends_on }) => depends_on.map((from) => `${from}>${id}`)).sort()

describe('other readers parse the exports with the same counts', () => {
  test('iCalendar by ical.js: an event a task and a milestone, title and times whole', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const events = new ICAL.Component(ICAL.parse(toIcs(plan)))
          .getAllSubcomponents('vevent')
          .map((event) => new ICAL.Event(event))
        expect(events).toHaveLength(plan.tasks.length + plan.milestones.length)
        const [first] = plan.tasks
        expect(events[0]?.startDate.toString()).toBe(`${first?.start}:00`)
        expect(events[0]?.endDate.toString()).toBe(`${first?.finish}:00`)
        expect(events[0]?.summary).toBe(printable((first?.title ?? '').replace(/\r\n|\r/g, '\n')))
      }),
    )
  })

  test('iCalendar with a time zone: instants of the local times, before and after a change of clocks', () => {
    const [first = samplePlan().tasks[0]] = samplePlan().tasks
    const on = (start: string, finish: string): readonly string[] => {
      const plan = samplePlan({ time_zone: 'Europe/Paris', tasks: first ? [{ ...first, start, finish }] : [] })
      const [event] = new ICAL.Component(ICAL.parse(toIcs(plan))).getAllSubcomponents('vevent')
      const { startDate, endDate } = new ICAL.Event(event ?? new ICAL.Component('vevent'))
      return [startDate, endDate].map((time) => time.toJSDate().toISOString())
    }
    expect(on('2026-03-27T09:00', '2026-03-30T17:00')).toEqual(['2026-03-27T08:00:00.000Z', '2026-03-30T15:00:00.000Z'])
  })

  test('CSV by papaparse: a row a task, every cell as it was, formulas made harmless', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { data, errors } = Papa.parse<Record<string, string>>(toCsv(plan), { header: true, skipEmptyLines: true })
        expect(errors).toEqual([])
        expect(data).toHaveLength(plan.tasks.length)
        for (const [at, task] of plan.tasks.entries()) {
          expect(data[at]?.['title']?.replace(/^'/, '')).toBe(task.title.replace(/^'/, ''))
          expect(data[at]?.['depends_on']).toBe(task.depends_on.join(' '))
          expect(data[at]?.['title']).not.toMatch(/^\s*[=+\-@]/)
        }
      }),
    )
  })

  test('MSPDI by an XML reader: tasks, milestones, links, resources and assignments, each where the schema has it', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const xml = toMspdi(plan)
        expect(XMLValidator.validate(xml)).toBe(true)
        const project = readMspdi(xml)
        const ids = new Map([...plan.tasks, ...plan.milestones].map(({ id }, at) => [at + 1, id]))
        expect(project.tasks.map((task) => [ids.get(task.uid), task.milestone, task.hours])).toEqual([
          ...plan.tasks.map(({ id, estimate_hours }) => [id, 0, estimate_hours]),
          ...plan.milestones.map(({ id }) => [id, 1, 0]),
        ])
        expect(
          project.tasks.flatMap(({ uid, after }) => after.map((from) => `${ids.get(from)}>${ids.get(uid)}`)).sort(),
        ).toEqual(edgesOf(plan))
        expect(project.resources).toEqual(plan.team.map(({ role, count }) => [role, count]))
        expect(
          project.assigned.map(([task, resource]) => [ids.get(task ?? 0), plan.team[(resource ?? 0) - 1]?.role]),
        ).toEqual(plan.tasks.map(({ id, role }) => [id, role]))
        expect(project.start).toBe(`${plan.tasks[0]?.start}:00`)
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    [
      'Project',
      [
        'SaveVersion',
        'Name',
        'Title',
        'CreationDate',
        'Revision',
        'ScheduleFromStart',
        'StartDate',
        'FinishDate',
        'CalendarUID',
        'DefaultStartTime',
        'DefaultFinishTime',
        'MinutesPerDay',
        'MinutesPerWeek',
        'DaysPerMonth',
        'Calendars',
        'Tasks',
        'Resources',
        'Assignments',
      ],
    ],
    [
      'Task',
      [
        'UID',
        'ID',
        'Name',
        'Type',
        'WBS',
        'OutlineLevel',
        'Priority',
        'Start',
        'Finish',
        'Duration',
        'DurationFormat',
        'Work',
        'Milestone',
        'Critical',
        'PercentComplete',
        'PercentWorkComplete',
        'ActualStart',
        'ActualFinish',
        'ActualDuration',
        'ActualWork',
        'RemainingDuration',
        'RemainingWork',
        'ConstraintType',
        'ConstraintDate',
        'Deadline',
        'Notes',
        'PredecessorLink',
      ],
    ],
    ['Resource', ['UID', 'ID', 'Name', 'Type', 'MaxUnits', 'CalendarUID']],
    [
      'Assignment',
      [
        'UID',
        'TaskUID',
        'ResourceUID',
        'PercentWorkComplete',
        'ActualFinish',
        'ActualStart',
        'ActualWork',
        'Finish',
        'RemainingWork',
        'Start',
        'Units',
        'Work',
      ],
    ],
    ['Calendar', ['UID', 'Name', 'IsBaseCalendar', 'WeekDays']],
  ])('MSPDI: the elements of a %s are in the sequence of the schema', (name, sequence) => {
    for (const children of childrenOf(toMspdi(planWithProgress()), name)) {
      const places = children.map((child) => sequence.indexOf(child))
      expect(children.filter((child) => !sequence.includes(child))).toEqual([])
      expect(places).toEqual(places.toSorted((a, b) => a - b))
    }
  })

  test('HTML: one well-formed page without scripts or external resources, a bar a task', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const page = toHtml(plan)
        expect(XMLValidator.validate(page.replace(/^<!doctype html>\n/, '').replace(/<meta [^>]*>/g, ''))).toBe(true)
        expect(page.match(/<div class="bar/g)).toHaveLength(plan.tasks.length)
        expect(page.match(/<div class="milestone/g)).toHaveLength(plan.milestones.length)
        expect(page).not.toMatch(/<script|<link|https?:|url\(|@import/i)
      }),
      { numRuns: 60 },
    )
  })
})

/** A program of the machine, not a package: that is why it is looked for. */
const graphviz = 'dot'
const hasDot = spawnSync(graphviz, ['-V']).status === 0

describe.skipIf(!hasDot)('Graphviz (skipped where it is not installed)', () => {
  test('draws every task, milestone and arrow of any plan', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const svg = execFileSync(graphviz, ['-Tsvg'], { input: toDot(plan) }).toString()
        expect(svg.match(/class="node"/g)).toHaveLength(plan.tasks.length + plan.milestones.length)
        expect(
          [...svg.matchAll(/class="edge">\s*<title>(.*?)<\/title>/g)]
            .map(([, title = '']) =>
              title
                .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
                .replace(/&gt;/g, '>')
                .replace('->', '>'),
            )
            .sort(),
        ).toEqual(edgesOf(plan))
      }),
      { numRuns: 40 },
    )
  })
})

const mermaidPath = join(import.meta.dirname, '../../../bench/peers/node_modules/mermaid/dist/mermaid.core.mjs')
const purify = join(import.meta.dirname, '../../../bench/peers/node_modules/dompurify/dist/purify.es.mjs')

describe.skipIf(!existsSync(mermaidPath))('Mermaid itself (skipped where bench/peers is not installed)', () => {
  test('parses the Gantt chart of any plan, and finds every task in it', { timeout: 60_000 }, async () => {
    const mermaid = await loadMermaid()
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        expect(await mermaid.parse(toMermaid(plan))).toMatchObject({ diagramType: 'gantt' })
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(toMermaid(plan))
        expect(db.getTasks().map(({ id }) => id)).toEqual(
          expect.arrayContaining([...plan.tasks, ...plan.milestones].map(({ id }) => id)),
        )
        expect(db.getTasks()).toHaveLength(plan.tasks.length + plan.milestones.length)
      }),
      { numRuns: 60 },
    )
  })
})

interface MermaidParser {
  parse(text: string): Promise<unknown>
  readonly mermaidAPI: {
    getDiagramFromText(text: string): Promise<{ readonly db: { getTasks(): readonly { readonly id: string }[] } }>
  }
}

/** Without the control characters that iCalendar has no place for. */
function printable(text: string): string {
  return [...text].filter((sign) => (sign >= ' ' && sign !== '\u007f') || sign === '\n' || sign === '\t').join('')
}

/**
 * Mermaid is loaded by its path: it is none of the packages of this repository. Its purifier of labels wants a browser's
 * document; here labels go through as they are, for it is the parser that judges.
 */
async function loadMermaid(): Promise<MermaidParser> {
  const purifier: { readonly default: object } = await import(/* @vite-ignore */ pathToFileURL(purify).href)
  Object.assign(purifier.default, { addHook: () => undefined, sanitize: (text: string) => text })
  const loaded: { readonly default: MermaidParser } = await import(/* @vite-ignore */ pathToFileURL(mermaidPath).href)
  return loaded.default
}

function wrap(): Plan['milestones'][number] {
  return { id: 'm1-wrap', title: 'Wrap', depends_on: ['t04-shoot'], at: '2026-01-07T12:30' }
}

type Xml = Readonly<Record<string, unknown>>

/** The file as another program finds it; `PT12H30M0S` is 12.5 hours. */
function readMspdi(xml: string) {
  const parser = new XMLParser({
    isArray: (name) => ['Task', 'Resource', 'Assignment', 'PredecessorLink'].includes(name),
    processEntities: true,
    parseTagValue: false,
  })
  const project = childElement(parser.parse(xml), 'Project')
  const list = (parent: Xml, names: string, name: string): readonly Xml[] => {
    const found: unknown = childElement(parent, names)[name]
    return Array.isArray(found) ? found : []
  }
  const hours = (duration: unknown): number => {
    const [, h = '', m = ''] = /^PT(\d+)H(\d+)M0S$/.exec(String(duration)) ?? []
    return Number(h) + Number(m) / 60
  }
  return {
    start: project['StartDate'],
    tasks: list(project, 'Tasks', 'Task').map((task) => ({
      uid: Number(task['UID']),
      milestone: Number(task['Milestone']),
      hours: hours(task['Duration']),
      after: list({ task }, 'task', 'PredecessorLink').map((link) => Number(link['PredecessorUID'])),
    })),
    resources: list(project, 'Resources', 'Resource').map((one) => [one['Name'], Number(one['MaxUnits'])]),
    assigned: list(project, 'Assignments', 'Assignment').map((one) => [
      Number(one['TaskUID']),
      Number(one['ResourceUID']),
    ]),
  }
}

function childElement(parent: Xml, name: string): Xml {
  const child = parent[name]
  return typeof child === 'object' && child !== null ? { ...child } : {}
}

/** For every element of a name, the names of its children in order, repeated ones once. */
function childrenOf(xml: string, name: string): readonly (readonly string[])[] {
  const parser = new XMLParser({ preserveOrder: true })
  const found: string[][] = []
  const visit = (nodes: readonly Record<string, unknown>[]): void => {
    for (const node of nodes) {
      for (const [tag, children] of Object.entries(node)) {
        if (!Array.isArray(children)) continue
        const names = children.flatMap((child: Record<string, unknown>) =>
          Object.keys(child).filter((key) => key !== ':@'),
        )
        if (tag === name) found.push(names.filter((child, at) => child !== names[at - 1]))
        visit(children)
      }
    }
  }
  visit(parser.parse(xml))
  return found
}
