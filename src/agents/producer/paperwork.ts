import { formatPages } from '../../planning/index.ts'
import { TAG_CATEGORIES } from '../../screenplay/tags.ts'
import type { KeptPlan } from './document.ts'
import type { PublishedShooting, Scene, Suggested } from './shooting-shapes.ts'
import { count, oneLine } from './text.ts'

/** A document of a screenplay's plan as Markdown; undefined where there is no shooting. */
type Paper = (plan: KeptPlan) => string | undefined
type ShootingDay = PublishedShooting['days'][number]

/** A sheet for each scene in the order of the screenplay. Cast, set, time and length are its own; the rest is suggested. */
export const breakdownSheets: Paper = ({ shooting, ...plan }) => {
  if (!shooting) return undefined
  const dayOf = new Map(
    shooting.days.flatMap(({ strips, day }) => strips.map(({ scene }) => [Number(scene), day] as const)),
  )
  const sheets = shooting.scenes.flatMap((one) => [
    '',
    `## Scene ${one.scene}: ${safe(one.heading)}`,
    '',
    `- Length: ${formatPages(one.eighths)} pages`,
    `- Shooting day: ${dayOf.get(one.scene) ?? ''}`,
    `- Cast Members: ${one.cast.map(safe).join(', ') || 'none'}`,
    ...elementsIn([one.scene], shooting.elements).map(
      ([category, items]) => `- ${category} (suggested): ${items.map(safe).join(', ')}`,
    ),
  ])
  return [
    `# Breakdown: ${safe(plan.goal)}`,
    '',
    `${count(shooting.scenes.length, 'scene')}, ${formatPages(lengthOf(shooting.scenes))} pages. Cast, set, time and length are read from the screenplay. What is marked as suggested was named by a model: check it.`,
    ...sheets,
    '',
  ].join('\n')
}

/** Placeholders for unknown facts, in bracketed capitals for a person to fill in. */
const TO_FILL = {
  call: '[CALL TIME]',
  place: '[ADDRESS]',
  weather: '[WEATHER, SUNRISE, SUNSET]',
  hospital: '[NEAREST HOSPITAL]',
  contacts: '[CONTACTS]',
  pickup: '[CALL]',
} as const

/** A draft for each day. Unknown call times, weather and contacts are marked placeholders. */
export const callSheets: Paper = (plan) =>
  paper(plan, 'Call sheets (draft)', (day, date) => [
    ...dayHead(plan, day, date),
    '',
    `- General crew call: ${TO_FILL.call}`,
    ...[...new Set(day.sets)].map((set) => `- ${safe(set)}: ${TO_FILL.place}`),
    `- Weather: ${TO_FILL.weather}`,
    `- Hospital: ${TO_FILL.hospital}`,
    `- Contacts: ${TO_FILL.contacts}`,
    '',
    ...table(
      ['scene', 'set', 'pages', 'cast'],
      stripsOf(plan, day).map(({ name, eighths, scene }) => [
        name,
        scene.heading,
        formatPages(eighths),
        scene.cast.join(', '),
      ]),
    ),
    '',
    ...table(
      ['cast', 'scenes', 'on set'],
      day.cast.map((name) => [
        name,
        stripsOf(plan, day)
          .filter(({ scene }) => scene.cast.includes(name))
          .map((strip) => strip.name)
          .join(', '),
        TO_FILL.pickup,
      ]),
    ),
    ...elementsIn(
      day.strips.map(({ scene }) => Number(scene)),
      plan.shooting?.elements ?? [],
    ).map(([category, items]) => `- ${category} (suggested): ${items.map(safe).join(', ')}`),
  ])

function paper(
  plan: KeptPlan,
  title: string,
  sheet: (day: ShootingDay, date: string) => readonly string[],
): string | undefined {
  const { shooting, tasks, goal } = plan
  if (!shooting) return undefined
  const starts = new Map(tasks.map(({ id, start }) => [id, start.slice(0, 10)]))
  const sheets = shooting.days.flatMap((day) => ['', ...sheet(day, starts.get(day.task) ?? '')])
  const summary = `${count(shooting.scenes.length, 'scene')}, ${formatPages(lengthOf(shooting.scenes))} pages, at most ${shooting.pages_per_day} a day. The dates are those of the plan.`
  return [`# ${title}: ${safe(goal)}`, '', summary, ...sheets, ''].join('\n')
}

function dayHead(plan: KeptPlan, day: ShootingDay, date: string): readonly string[] {
  const last = plan.shooting?.days.at(-1)?.day
  return [
    `## Day ${day.day} of ${last}, ${date}${day.light === 'night' ? ', night' : ''}`,
    '',
    `${formatPages(day.eighths)} pages, ${count(new Set(day.sets).size, 'set')}, cast of ${day.cast.length}.`,
  ]
}

/** The strips of a day with their scenes. A part of a long scene says which it is. */
function stripsOf(
  { shooting }: KeptPlan,
  day: ShootingDay,
): readonly { readonly name: string; readonly eighths: number; readonly scene: Scene }[] {
  const byNumber = new Map(shooting?.scenes.map((one) => [String(one.scene), one]))
  return day.strips.flatMap(({ scene: id, eighths, part }) => {
    const scene = byNumber.get(id)
    return scene ? [{ name: part ? `${id} (${part.at} of ${part.of})` : id, eighths, scene }] : []
  })
}

/** The elements of scenes in the order of the categories, each item once. */
function elementsIn(
  scenes: readonly number[],
  elements: readonly Suggested[],
): readonly (readonly [category: string, items: readonly string[]])[] {
  return TAG_CATEGORIES.flatMap((category) => {
    const items = elements.filter((one) => one.category === category && scenes.includes(one.scene))
    return items.length === 0 ? [] : [[category, [...new Set(items.map(({ item }) => item))]] as const]
  })
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(safe).join(' | ')} |`)
}

function safe(text: string): string {
  return oneLine(text, 200).replaceAll('|', '\\|')
}

function lengthOf(scenes: readonly Scene[]): number {
  return scenes.reduce((sum, { eighths }) => sum + eighths, 0)
}
