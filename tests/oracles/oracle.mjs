// Reads texts, one JSON string a line, and prints what the platforms' own libraries count, one JSON object a line.
// The packages are those of package.json, installed in the folder that NEWSLETTER_ORACLES names (default: this one).

import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = process.env.NEWSLETTER_ORACLES ?? fileURLToPath(new URL('.', import.meta.url))
const require = createRequire(pathToFileURL(`${folder}/`))
const twitter = require('twitter-text')
const { RichText } = require('@atproto/api')
const { SegmentedMessage } = require('sms-segments-calculator')
const { length } = require('stringz')

const part = (name) => {
  const module = require(`twitter-text/dist/${name}.js`)
  return module.default ?? module
}

// Mastodon's url_regex.js and counter.ts: twitter-text's links, with a protocol only.
const pieces = ['validUrlPrecedingChars', 'validDomain', 'validPortNumber', 'validUrlPath', 'validUrlQueryChars',
  'validUrlQueryEndingChars']
const link = part('lib/regexSupplant')(
  '((#{validUrlPrecedingChars})(https?:\\/\\/)(#{validDomain})(?::(#{validPortNumber}))?(\\/#{validUrlPath}*)?' +
    '(\\?#{validUrlQueryChars}*#{validUrlQueryEndingChars})?)',
  Object.fromEntries(pieces.map((name) => [name, part(`regexp/${name}`)])),
  'gi',
)
const mention = /(^|[^/\w])@(([a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]+)/gi
const mastodon = (text) => length(text.replace(link, `$2${'x'.repeat(23)}`).replace(mention, '$1@$3'))

const rich = (text) => {
  const found = new RichText({ text })
  found.detectFacetsWithoutResolution()
  return found
}

// Bluesky's app shows links short: toShortUrl and shortenLinks.
const short = (address) => {
  try {
    const url = new URL(address)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return address
    const path = (url.pathname === '/' ? '' : url.pathname) + url.search + url.hash
    return path.length > 15 ? `${url.host}${path.slice(0, 13)}...` : url.host + path
  } catch {
    return address
  }
}
const app = (text) => {
  const { facets = [], unicodeText } = rich(text)
  let shown = ''
  let at = 0
  for (const { index, features } of facets) {
    if (!features[0].$type.endsWith('#link')) continue
    shown += unicodeText.slice(at, index.byteStart) + short(unicodeText.slice(index.byteStart, index.byteEnd))
    at = index.byteEnd
  }
  return new RichText({ text: shown + unicodeText.slice(at) }).graphemeLength
}

const facet = ({ index, features: [{ $type, uri, tag, did }] }) =>
  [$type.split('#')[1], uri ?? tag ?? did, index.byteStart, index.byteEnd]

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const text = JSON.parse(line)
  const parsed = twitter.parseTweet(text)
  const bluesky = rich(text)
  const sms = new SegmentedMessage(text)
  console.log(JSON.stringify({
    x: parsed.weightedLength,
    x_valid: parsed.valid,
    x_links: twitter.extractUrlsWithIndices(text).map((each) => each.url),
    x_hashtags: twitter.extractHashtags(text),
    mastodon_web: mastodon(text),
    bluesky: bluesky.graphemeLength,
    bluesky_bytes: bluesky.length,
    bluesky_app: app(text),
    bluesky_facets: (bluesky.facets ?? []).map(facet),
    sms: [sms.encodingName, sms.segmentsCount],
  }))
}
