import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeMarkdown, toCsv, toIcs, toJson, toMarkdown, toMermaid, toMspdi } from '../../../src/planning/index.ts'
import { planWithProgress, samplePlan } from '../sample-plan.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 120 })

describe('Mermaid', () => {
  test('a section a role, critical tasks marked, milestones last', () => {
    expect(toMermaid(samplePlan())).toBe(
      [
        'gantt',
        '    title A short film',
        '    dateFormat YYYY-MM-DD HH:mm',
        '    axisFormat %d %b',
        '    section director',
        '    Find the places :crit, t01-find, 2026-01-02 09:00, 2026-01-02 15:00',
        '    Shoot :crit, t04-shoot, 2026-01-06 11:00, 2026-01-07 12:30',
        '    section crew',
        '    Build the set :crit, t02-build, 2026-01-02 15:00, 2026-01-06 11:00',
        '    Hang the lights :t03-light, 2026-01-02 15:00, 2026-01-05 11:00',
        '    section Milestones',
        '    Wrap :milestone, m1-wrap, 2026-01-07 12:30, 0d',
        '',
      ].join('\n'),
    )
  })

  test.each([
    ['Act one: the storm; take #2\nand %% more', 'Act one#58; the storm#59; take #35;2 and #37;#37; more'],
    ['Title design', '#84;itle design'],
    ['section 2', '#115;ection 2'],
    ['Titles', 'Titles'],
    ['', '-'],
  ])('a label is a label, whatever it says: %j', (title, shown) => {
    expect(toMermaid(samplePlan({}, title))).toContain(`\n    ${shown} :crit, t01-find, `)
  })

  test('no label can begin a line, end a label or open a comment', () => {
    fc.assert(
      fc.property(anyText, (title) => {
        const lines = toMermaid(samplePlan({}, title)).split('\n')
        expect(lines).toHaveLength(13)
        for (const line of lines.slice(5, 7)) expect(line.match(/ :/g)).toHaveLength(1)
      }),
    )
  })
})

test.each([
  ['crit', 'id-crit'],
  ['a,b', 'id-a-b'],
  ['a\nsection b', 'id-a-section-b'],
  ['after', 'id-after'],
  ['', 'id'],
])('the id %j, which Mermaid would misread, is written as %s', (id, shown) => {
  const plan = samplePlan()
  const tasks = plan.tasks.map((task, at) => (at === 0 ? { ...task, id } : task))
  expect(toMermaid({ ...plan, tasks })).toContain(`:crit, ${shown}, 2026-01-02 09:00, `)
})

describe('CSV', () => {
  test('a row a task', () => {
    const [head, first, , , last] = toCsv(samplePlan()).split('\r\n')
    expect(head).toBe(
      'id,title,role,roles,estimate_hours,status,actual_hours,start,finish,lead_days,slack_hours,critical,priority,depends_on,acceptance,description',
    )
    expect(first).toBe(
      't01-find,Find the places,director,director 6 h,6,open,,2026-01-02T09:00,2026-01-02T15:00,,0,true,medium,,Find the places is seen to be done.,What Find the places means.',
    )
    expect(last).toContain(',t02-build t03-light,')
  })

  test.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    [' =1', "' =1"],
    ['＝1+1', "'＝1+1"],
    ['a, "b"', '"a, ""b"""'],
    ['a\nb', '"a\nb"'],
  ])('%j is text and nothing else', (title, cell) => {
    expect(toCsv(samplePlan({}, title))).toContain(`\r\nt01-find,${cell},director,`)
  })
})

describe('progress in every export', () => {
  const plan = planWithProgress()

  test('Mermaid tags done and started tasks', () => {
    expect(toMermaid(plan)).toContain('Find the places :done, t01-find, 2026-01-02 09:00, 2026-01-02 17:00')
    expect(toMermaid(plan)).toMatch(/Build the set :active, (crit, )?t02-build, /)
  })

  test('CSV has the status and the hours spent', () => {
    expect(toCsv(plan)).toContain('t01-find,Find the places,director,director 6 h,6,done,7,')
    expect(toCsv(plan)).toContain('t02-build,Build the set,crew,crew 12 h,12,started,2,')
  })

  test('iCalendar confirms done and started tasks and has the hours spent', () => {
    const calendar = toIcs(plan).replaceAll('\r\n ', '')
    expect(calendar.match(/STATUS:CONFIRMED/g)).toHaveLength(2)
    expect(calendar).toContain('DESCRIPTION:Status: done\\, 7 h spent\\n')
  })

  test('MSPDI has actual dates, actual work and remaining work of tasks and assignments', () => {
    const [done = '', started = '', open = ''] = ['t01-find', 't02-build', 't04-shoot'].map(
      (id) =>
        toMspdi(plan)
          .split(/<Task>|<\/Tasks>/)
          .find((one) => one.includes(`<WBS>${id}</WBS>`)) ?? '',
    )
    expect(done).toContain('<PercentComplete>100</PercentComplete>')
    expect(done).toContain('<ActualFinish>2026-01-02T17:00:00</ActualFinish>')
    expect(done).toContain('<ActualWork>PT7H0M0S</ActualWork>')
    expect(done).toContain('<RemainingWork>PT0H0M0S</RemainingWork>')
    expect(started).toContain('<PercentComplete>17</PercentComplete>')
    expect(started).toContain('<ActualStart>2026-01-05T09:00:00</ActualStart>')
    expect(started).not.toContain('<ActualFinish>')
    expect(open).not.toContain('<ActualStart>')
    expect(open).toContain('<Deadline>2026-01-09T17:00:00</Deadline>')
    expect(open).toContain('<LinkLag>43200</LinkLag>')
    expect(toMspdi(plan)).toContain('<DefaultStartTime>09:00:00</DefaultStartTime>')
  })

  test('Markdown has a column of the status', () => {
    expect(toMarkdown(plan)).toContain('| t01-find | Find the places | director | 6 | done, 7 h | 2026-01-02 09:00 |')
  })
})

describe('iCalendar', () => {
  test('an event a task and a milestone, with lasting ids', () => {
    const calendar = toIcs(samplePlan())
    expect(calendar.match(/BEGIN:VEVENT/g)).toHaveLength(5)
    expect(calendar).toContain(
      'UID:p1-t01-find@showrunner\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:1\r\nDTSTART:20260102T090000\r\nDTEND:20260102T150000\r\nSTATUS:TENTATIVE\r\nTRANSP:TRANSPARENT\r\nSUMMARY:Find the places\r\n',
    )
    expect(calendar).toContain('UID:p1-m1-wrap@showrunner\r\n')
  })

  test('any text is read back whole from CRLF lines of at most 75 octets, with no character split', () => {
    fc.assert(
      fc.property(anyText, (title) => {
        const calendar = toIcs(samplePlan({}, title))
        const lines = calendar.split('\r\n')
        for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
        const unfolded = calendar.replaceAll('\r\n ', '').split('\r\n')
        const summary = unfolded.find((line) => line.startsWith('SUMMARY:'))?.slice('SUMMARY:'.length) ?? ''
        const readBack = summary.replace(/\\([\\;,n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the format allows none.
        expect(readBack).toBe(title.replace(/\r\n|\r/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ''))
        expect(calendar.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
      }),
    )
  })
})

describe('Markdown and JSON', () => {
  test.each([
    ['a|b\\|c', 'a\\|b\\\\\\|c'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)>'],
    ['[click](javascript:alert(1))', '[click]\\(javascript:alert(1))'],
    ['[x]: javascript:alert(1)', '[x]\\: javascript:alert(1)'],
    ['*bold* stays', '*bold* stays'],
  ])('%j is text in Markdown', (text, shown) => {
    expect(escapeMarkdown(text)).toBe(shown)
    expect(toMarkdown(samplePlan({ assumptions: [text] }))).toContain(`\n- ${shown}\n`)
  })

  test('Markdown has the summary first, then the findings, then the rest', () => {
    const page = toMarkdown(samplePlan({}, 'A | B\nC'))
    expect(page).toContain(
      '# A short film\n\n4 tasks, 27.5 working hours from 2026-01-02 to 2026-01-07 12:30, 8 hours a day. The longest chain of dependencies takes 27.5 hours.\n\n## Findings\n\n- No one was hired.\n',
    )
    expect(page).toContain('| t01-find | **A \\| B C** | director | 6 | 2026-01-02 09:00 |')
    expect(page.match(/^## .*$/gm)).toEqual(
      ['Findings', 'Deliverables', 'Assumptions', 'Team', 'Tasks', 'Critical path', 'Milestones']
        .concat('What to do, and when it is done', 'Risks')
        .map((title) => `## ${title}`),
    )
  })

  test('an empty section is left out', () => {
    expect(toMarkdown(samplePlan({ risks: [], findings: [], milestones: [] }))).not.toMatch(/Risks|Findings|Milestones/)
  })

  test('JSON is the plan', () => {
    expect(JSON.parse(toJson(samplePlan()))).toEqual(samplePlan())
  })
})
