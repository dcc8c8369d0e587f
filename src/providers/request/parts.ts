import type { Part } from '../../contract/generate.ts'

type Image = Extract<Part, { type: 'image' }>

/** The text of a message without its images. */
export function joinText(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

export function dataUrl(image: Image): string {
  return `data:${imageType(image)};base64,${image.base64}`
}

/** How the data of each image type begin, in base64. */
const IMAGE_SIGNATURES: readonly (readonly [prefix: string, mimeType: string])[] = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
]
/** `RIFF`, four bytes of length, `WEBP`: the length is what differs. */
const WEBP = /^UklGR.{6}XRUJQ/s

/**
 * The type by the data's first bytes, because vendors refuse an image whose type is wrong; where the bytes are not
 * recognised, the given type in its registered spelling (`image/jpg` -> `image/jpeg`).
 */
export function imageType({ mimeType, base64 }: Image): string {
  const found = IMAGE_SIGNATURES.find(([prefix]) => base64.startsWith(prefix))?.[1]
  if (found) return found
  if (WEBP.test(base64.slice(0, 24))) return 'image/webp'
  const type = mimeType.trim().toLowerCase()
  return type === 'image/jpg' || type === 'image/pjpeg' ? 'image/jpeg' : type
}
