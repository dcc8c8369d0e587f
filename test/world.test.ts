import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { createDispatcher, realWorld } from '../src/world.ts'

test('fetch has a dispatcher without limits of its own, and answers', async () => {
  expect(createDispatcher()).toHaveProperty('dispatcher')
  const server = createServer((_, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const response = await realWorld().fetch(`http://127.0.0.1:${port}`)
  expect(await response.text()).toBe('ok')
  server.closeAllConnections()
  server.close()
})
