/**
 * One answer, with a fallback and a cost limit. Run `npm run build` once, then `node examples/router.mjs`.
 * Without any API key the built-in fake model answers; with a key, put that vendor's model first.
 */
import { createShowrunner, GenerateError } from 'showrunner'

const showrunner = createShowrunner()
try {
  const answer = await showrunner.generateText(
    {
      prompt: 'Name three lighthouses.',
      model: process.env.SHOWRUNNER_MODEL ?? 'rehearsal/understudy',
      fallbacks: ['rehearsal/understudy'],
      max_cost_usd: 0.05,
    },
    { onProgress: ({ message }) => console.error(message) },
  )
  console.log(answer.text)
  console.log(`${answer.model}, ${answer.usage.output_tokens} tokens out, $${answer.cost_usd}`)
  for (const { model, outcome, cost_usd } of answer.attempts) console.log(`attempt: ${model} ${outcome} $${cost_usd}`)
  const { periods } = await showrunner.usage('today')
  console.log(`calls today: ${periods.today?.calls}`)
} catch (error) {
  if (!(error instanceof GenerateError)) throw error
  console.error(`${error.failure.kind}: ${error.message}`)
  process.exitCode = 1
} finally {
  await showrunner.close()
}
