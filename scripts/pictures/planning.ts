import {
  type Plan,
  type StripScene,
  shootingSchedule,
  type TaskDraft,
  timetable,
  toHtml,
  toStripBoard,
  workingCalendar,
} from '../../src/planning/index.ts'
import type { Picture } from '../pictures.ts'

export function planningPictures(): readonly Picture[] {
  const gantt = toHtml(shortFilm())
  const board = toStripBoard(shortFilmShoot(), { title: 'The Lamp Keeper', currency: '$' })
  return [
    { name: 'gantt', html: gantt, width: 1120, height: 1500 },
    { name: 'gantt-dark', html: gantt, width: 1120, height: 700, dark: true },
    { name: 'gantt-phone', html: gantt, width: 500, height: 900 },
    { name: 'strip-board', html: board, width: 1000, height: 1080 },
  ]
}

/** A short film as a small crew would plan it. */
function shortFilm(): Plan {
  const draft = (id: string, title: string, role: string, hours: number, ...depends_on: string[]): TaskDraft => ({
    id,
    title,
    description: `${title}.`,
    role,
    estimate_hours: hours,
    estimate_basis: 'the last short film',
    depends_on,
    priority: 'medium',
    acceptance: 'The producer has agreed.',
  })
  const drafts = [
    draft('budget', 'Budget and permits', 'producer', 16),
    draft('cast', 'Cast the two leads', 'director', 24),
    draft('scout', 'Scout the lighthouse', 'director', 10),
    draft('shot-list', 'Shot list', 'director', 12, 'scout'),
    draft('kit', 'Camera and light tests', 'crew', 12, 'shot-list'),
    draft('props', 'Build the lamp', 'crew', 20, 'scout'),
    draft('rehearse', 'Rehearsals', 'director', 12, 'cast'),
    draft('shoot-1', 'Shoot the lighthouse', 'crew', 24, 'budget', 'kit', 'props', 'rehearse'),
    draft('shoot-2', 'Shoot the village', 'crew', 16, 'shoot-1'),
    draft('edit', 'Edit', 'editor', 40, 'shoot-1'),
    draft('lock', 'Picture lock', 'editor', 16, 'edit', 'shoot-2'),
    draft('music', 'Score', 'composer', 30, 'edit'),
    draft('mix', 'Sound mix', 'composer', 12, 'music', 'lock'),
    draft('grade', 'Grade', 'editor', 10, 'lock'),
    draft('deliver', 'Master and deliver', 'producer', 8, 'mix', 'grade'),
  ]
  const team = [
    { role: 'producer', count: 1 },
    { role: 'director', count: 1 },
    { role: 'crew', count: 2 },
    { role: 'editor', count: 1 },
    { role: 'composer', count: 1 },
  ]
  const calendar = workingCalendar({ startDate: '2026-03-02' })
  const times = timetable(drafts, { team, calendar })
  const end = (id: string): string => times.tasks.find((task) => task.id === id)?.finish ?? ''
  return {
    plan_id: 'the-lamp-keeper',
    goal: 'The Lamp Keeper: a short film, from permits to master',
    deliverables: ['The film'],
    assumptions: [],
    team,
    start_date: calendar.startDate,
    hours_per_day: calendar.hoursPerDay,
    ...times,
    milestones: [
      { id: 'wrap', title: 'Wrap', depends_on: ['shoot-2'], at: end('shoot-2') },
      { id: 'premiere', title: 'Ready to screen', depends_on: ['deliver'], at: end('deliver') },
    ],
    risks: [],
    findings: [{ code: 'P12', severity: 'info', message: 'No rates are known, so no cost is given.' }],
    made_at: '2026-03-01T12:00:00.000Z',
    revision: 1,
  }
}

function shortFilmShoot() {
  const rows: readonly (readonly [string, 'INT' | 'EXT', string, 'day' | 'night', number, string, string])[] = [
    ['1', 'EXT', 'LIGHTHOUSE', 'night', 6, 'MIRA', 'The lamp goes out.'],
    ['2', 'INT', 'LAMP ROOM', 'night', 11, 'MIRA TOM', 'Mira finds the broken lens.'],
    ['3', 'EXT', 'VILLAGE QUAY', 'day', 9, 'MIRA EDDA', 'Edda will not sell the boat.'],
    ['4', 'INT', 'CHANDLERY', 'day', 14, 'TOM EDDA', 'Tom bargains for oil.'],
    ['5', 'INT', 'LAMP ROOM', 'day', 8, 'MIRA', 'She takes the lamp apart.'],
    ['6', 'EXT', 'VILLAGE QUAY', 'day', 5, 'TOM', 'Tom watches the weather turn.'],
    ['7', 'INT', 'LAMP ROOM', 'night', 13, 'MIRA TOM', 'They light it by hand.'],
    ['8', 'EXT', 'LIGHTHOUSE', 'night', 4, 'MIRA TOM EDDA', 'A boat answers.'],
    ['9', 'INT', 'CHANDLERY', 'day', 6, 'EDDA', 'Edda closes the shop.'],
    ['10', 'EXT', 'LIGHTHOUSE', 'day', 7, 'MIRA EDDA', 'Morning on the rocks.'],
  ]
  const scenes = rows.map(
    ([id, intExt, set, light, eighths, cast, summary]): StripScene => ({
      id,
      intExt,
      set,
      light,
      eighths,
      cast: cast.split(' '),
      summary,
    }),
  )
  return shootingSchedule(scenes, {
    dayRates: { MIRA: 900, TOM: 700, EDDA: 650 },
    pagesPerDay: 4,
    calendar: workingCalendar({ startDate: '2026-03-16' }),
  })
}
