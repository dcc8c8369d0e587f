/** The first bytes, in Base64, of the image types that vendors take. */
const SIGNATURES: readonly { readonly base64: RegExp; readonly mimeType: string }[] = [
  { base64: /^iVBORw0KGgo/, mimeType: 'image/png' },
  { base64: /^\/9j\//, mimeType: 'image/jpeg' },
  { base64: /^R0lGOD/, mimeType: 'image/gif' },
  { base64: /^UklGR.{6}XRUJQ/, mimeType: 'image/webp' },
]

/**
 * The MIME type of an image by its first bytes; where they are unknown, the type that was given. Clients send the wrong
 * type (`image/jpg`, or a JPEG named as a PNG), and vendors refuse the request for it.
 */
export function toImageType(base64: string, given: string): string {
  const start = base64.slice(0, 24)
  const known = SIGNATURES.find((signature) => signature.base64.test(start))?.mimeType
  return known ?? (/^image\/(jpg|pjpeg)$/i.test(given) ? 'image/jpeg' : given.toLowerCase())
}
