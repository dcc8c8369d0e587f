/** Stands in a bundle for what is never called there. */
export default function none(): never {
  throw new Error('This was left out of the bundle.')
}
