// A push service for tests (RFC 8030), with the browser behind it: it checks who sends
// (RFC 8292, by Node's own cryptography), decrypts as that browser would (RFC 8291, by
// npm's http_ece), and writes what the browser would be told as one JSON line on its
// output. Its end is the end of its input.
//
//   POST /browser        a new subscription to /push/<name>
//   POST /push/<name>    a message; 201, 403 for a wrong token, 410 once the browser is gone
//   POST /gone/<name>    the browser unsubscribed
//   POST /busy           everybody is told 503 from now on
import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import ece from 'http_ece'

const [cert, key] = process.argv.slice(2)
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')
const browsers = new Map()
let busy = false

/** Whether the token in the header was signed by the key beside it, for here and for now. */
function trusted(header, host) {
  const [, token, k] = /^vapid t=([^,]+), k=(.+)$/.exec(header ?? '') ?? []
  if (!token) return undefined
  const [head, claims, signature] = token.split('.')
  const point = Buffer.from(k, 'base64url')
  const coordinate = (from) => point.subarray(from, from + 32).toString('base64url')
  const signer = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) } })
  const good = verify('sha256', Buffer.from(`${head}.${claims}`), { key: signer, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url'))
  const { alg } = JSON.parse(Buffer.from(head, 'base64url'))
  return good && alg === 'ES256' && aud === `https://${host}` ? { key: k, exp, sub } : undefined
}

function subscribe(host) {
  const keys = createECDH('prime256v1')
  const browser = { keys, auth: randomBytes(16).toString('base64url') }
  const name = randomBytes(8).toString('hex')
  browsers.set(name, browser)
  return { endpoint: `https://${host}/push/${name}`, p256dh: keys.generateKeys('base64url'), auth: browser.auth }
}

/** What the browser reads; undefined when it cannot. */
function decrypted(body, { keys, auth }) {
  try {
    return ece.decrypt(body, { version: 'aes128gcm', privateKey: keys, authSecret: auth }).toString()
  } catch {
    return undefined
  }
}

function push(name, { headers }, body) {
  const browser = browsers.get(name)
  if (busy) return 503
  if (!browser) return 410
  const by = trusted(headers.authorization, headers.host)
  if (!by) return 403
  if (headers['content-encoding'] !== 'aes128gcm' || !/^\d+$/.test(headers.ttl)) return 400
  const text = decrypted(body, browser)
  if (text === undefined) return 400 // a real one could not know
  say({ name, by, text, size: body.length, ttl: Number(headers.ttl), urgency: headers.urgency, topic: headers.topic })
  return 201
}

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const [, what, name] = request.url.split('/')
    const { host } = request.headers
    if (what === 'browser') return response.end(JSON.stringify(subscribe(host)))
    if (what === 'gone') browsers.delete(name)
    if (what === 'busy') busy = true
    response.statusCode = what === 'push' ? push(name, request, Buffer.concat(parts)) : 200
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
