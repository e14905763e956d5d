// A real OpenID provider for tests. Whoever writes a name into its form is that
// person. Its end is the end of its input.
import { once } from 'node:events'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const [redirect] = process.argv.slice(2)
console.warn = console.info = () => {} // that this is a development set-up

const server = createServer((request, response) => provider.callback()(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`
const provider = new Provider(issuer, {
  clients: [{ client_id: 'logis', client_secret: 'a secret of the lab, long enough', redirect_uris: [redirect] }],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: 'ada@example.org', email_verified: true }) }),
})
process.stdout.write(`${JSON.stringify({ issuer })}\n`)
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
