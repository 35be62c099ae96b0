// Reads a feed from standard input and prints what @rowanmanning/feed-parser makes of it, as JSON.
// The package is that of package.json, installed in the folder that NEWSLETTER_ORACLES names (default: this one).

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = process.env.NEWSLETTER_ORACLES ?? fileURLToPath(new URL('.', import.meta.url))
const { parseFeed } = createRequire(pathToFileURL(`${folder}/`))('@rowanmanning/feed-parser')

console.log(JSON.stringify(parseFeed(readFileSync(0, 'utf8'))))
