import { expect, test } from 'vitest'
import { toImageType } from '../../src/tools/image-type.ts'

const base64 = (...bytes: number[]): string => Buffer.from([...bytes, ...Array<number>(30).fill(0)]).toString('base64')
const JPEG = base64(0xff, 0xd8, 0xff, 0xe0)
const PNG = base64(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const WEBP = base64(...Buffer.from('RIFF'), 0xff, 0x12, 0x00, 0x00, ...Buffer.from('WEBPVP8 '))
const UNKNOWN = base64(1, 2, 3)

test.each([
  ['image/jpg', JPEG, 'image/jpeg'],
  ['image/png', JPEG, 'image/jpeg'],
  ['image/jpeg', PNG, 'image/png'],
  ['image/png', WEBP, 'image/webp'],
  ['image/x', base64(...Buffer.from('GIF89a')), 'image/gif'],
  ['image/jpg', UNKNOWN, 'image/jpeg'],
  ['image/HEIC', UNKNOWN, 'image/heic'],
])('%s with these first bytes is sent as the right type', (given, data, type) => {
  expect(toImageType(data, given)).toBe(type)
})
