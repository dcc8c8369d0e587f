import { splitPhrases } from './random.ts'

/** Rules of plans: tasks, acceptance criteria, risks. */
export const PLAN_GRAMMAR = {
  task: ['{Doing} {piece}'],
  Doing: splitPhrases(
    'Draft|Review|Agree on|Prepare|Test|Deliver|Schedule|Price|Book|Document|Rehearse|Assemble|Sign off|Collect|Compare|Design',
  ),
  piece: ['the {part} for {topic}', '{topic} {stage}', 'the {part}', 'the {part} with the {dept}'],
  part: splitPhrases(
    'brief|shot list|budget|filming permit|schedule|checklist|contract|equipment list|call sheet|insurance|safety plan|rough version|final version|floor plan|supplier list|training guide|launch page|inventory',
  ),
  stage: splitPhrases(
    'for the first review|for approval|in a small trial|on location|for hand-over|under real conditions|against the brief',
  ),
  dept: splitPhrases(
    'art department|camera team|finance lead|legal adviser|suppliers|whole team|client|sound team|test group',
  ),
  work: [
    '{Doing} {piece} and {share2} it {with}.',
    'Start from the {part}, {verb2} {piece}, and {share2} the result {with}.',
    'Sit down with the {dept}, {verb2} {piece}, and write down what is still open.',
  ],
  verb2: splitPhrases('settle|sketch|check|complete|correct|cost|order|simplify'),
  share2: splitPhrases('share|discuss|confirm|file|walk through|try'),
  with: [
    'with the {dept}',
    'in one meeting with the {dept}',
    'before anything depends on it',
    'while there is still time to change it',
  ],
  acceptance: [
    'The {dept} has signed the {part}.',
    'The {part} is complete and the {dept} has no open questions.',
    'Two people outside the team can follow the {part} without help.',
    'Every line of the {part} has an owner and a date.',
    'The {part} passed a trial with the {dept}.',
  ],
  risk: [
    'The {part} arrives later than the {dept} expects.',
    'The {dept} has no time in the week of the {part}.',
    'The cost of {topic} rises above the {part}.',
    'The {dept} and the {part} disagree about {topic}.',
    'Bad weather stops work on {topic}.',
  ],
  mitigation: [
    'Keep a second source for the {part} and decide on it a week early.',
    'Agree on a reserve with the {dept} before the {part} is due.',
    'Do the {part} in a small version first and review it with the {dept}.',
    'Name a stand-in from the {dept} for {topic}.',
  ],
  workRole: ['{job}'],
  job: splitPhrases(
    'producer|director|line producer|designer|editor|engineer|location manager|coordinator|researcher|accountant',
  ),
  planName: ['{Milestone} of the {part}', '{topic} {stage}'],
  Milestone: splitPhrases('Sign-off|First version|Delivery|Approval|Hand-over|Review'),
  deliverable: ['The {part} for {topic}', 'The {part}, agreed with the {dept}'],
  assumption: [
    'The {dept} is there for the {part}.',
    'The {part} can be had in time.',
    'Nothing of {topic} exists yet.',
  ],
  basis: [
    'like the last {part}',
    'a guess from {topic}',
    'two rounds with the {dept}',
    'one day for the {part} and some reserve',
  ],
  goal: ['Have {topic} ready, with the {part} agreed and the {dept} satisfied.'],
} as const satisfies Readonly<Record<string, readonly string[]>>
