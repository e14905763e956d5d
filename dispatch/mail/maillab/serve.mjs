// A real SMTP server for tests: STARTTLS, sign-in, and every message that it took as
// one JSON line on its output. Its end is the end of its input.
import { readFileSync } from 'node:fs'
import { SMTPServer } from 'smtp-server'

const [cert, key] = process.argv.slice(2)
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code })

const server = new SMTPServer({
  cert: readFileSync(cert), key: readFileSync(key), authMethods: ['PLAIN'], disableReverseLookup: true, logger: false,
  onAuth: ({ username, password }, session, answer) =>
    username === 'logis' && password === 'letmein' && session.secure ? answer(null, { user: username }) : answer(refusal(535, 'No')),
  onRcptTo: ({ address }, _session, answer) => {
    if (address.startsWith('nobody@')) return answer(refusal(550, 'No such user'))
    if (address.startsWith('busy@')) return answer(refusal(451, 'Try again later'))
    answer()
  },
  onData: (stream, session, answer) => {
    let text = ''
    stream.setEncoding('utf8')
    stream.on('data', (part) => { text += part })
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope
      say({ from: mailFrom.address, to: rcptTo.map((to) => to.address), secure: session.secure, text })
      answer()
    })
  },
})
server.on('error', () => {}) // of one connection
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
