import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fix, parseFountain, toPdf } from '../../src/screenplay/index.ts'

/** A page and a half of a short film of our own, with the hard cases of pagination: dual dialogue, and a speech that splits. */
const FOUNTAIN = `Title: The Last Match
Credit: written by
Author: Showrunner

INT. LAMP ROOM - NIGHT

The great lens, dark. Rain on every pane. MARA (60s), oilskin over a nightdress, kneels by the burner with a box of matches. She counts them. One.

MARA
(to the lamp)
You choose your nights.

Below, a door. Boots on iron stairs, slow, one of them dragging. TOM (50s) comes up through the floor with the sea on him.

TOM
I saw it go out.

MARA
From where?

TOM
From the water.

She looks at him properly for the first time in eleven years.

MARA
You came in on the ebb? In this?

TOM ^
Don't. I know what it is out there.

A gust. The panes hum. Somewhere a shutter gives up.

EXT. GALLERY - CONTINUOUS

Mara shoulders the door open against the wind. Far out, so small it might be a mistake, a red light rises and is gone.

MARA
That's the Halcyon. That's the mail. She turns at our light, Tom. Every Thursday for forty years she has come up the sound on the flood and turned at our light, and nobody aboard has ever had to know our names. That was the whole point of us. Father used to say a keeper is a man who is thanked by not being thought of. I thought that was the saddest thing I had ever heard. Then I was thirty and it was the only thing I had.

TOM
How many matches?

MARA
Enough.

INT. LAMP ROOM - LATER

Tom holds his coat round the burner, making a wall of himself. Mara cups the match. Her hands, which have not shaken once, shake.

TOM
Eleven years.

MARA
Not now.

TOM
I only wanted to say it while you couldn't walk off.

She laughs, in spite of everything. The match strikes. It catches. The wick drinks it, blue, then gold.

The lens takes hold of it and throws it, whole, across the water.

EXT. SOUND - NIGHT

From a small boat's height: the beam, passing over. And a red light, turning.

> FADE OUT.
`

/** Pages as a PDF viewer shows them, by pdftoppm (Debian: poppler-utils). */
export async function screenplayPictures(folder: string, scratch: string): Promise<void> {
  const pdf = join(scratch, 'script.pdf')
  writeFileSync(pdf, await toPdf(fix(parseFountain(FOUNTAIN)).script, { created: new Date(0) }))
  execFileSync('pdftoppm', ['-png', '-r', '72', pdf, join(folder, 'page')])
}
