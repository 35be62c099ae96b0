// The preview's script: live reload, frame sizes, toggles, copy buttons, shortcuts. Everything else works without it.
'use strict';

const body = document.body;
const toast = document.getElementById('toast');
const live = document.getElementById('live');

// --- Toggles: stored for the next screen, and set as attributes on <html>.
const CHOICES = {width: ['both', 'desktop', 'phone'], scheme: ['light', 'dark'], images: ['on', 'off']};

function chosen(name) {
  try {
    const stored = localStorage.getItem('preview-' + name);
    if (CHOICES[name].includes(stored)) return stored;
  } catch { /* storage is blocked: use the default */ }
  return name === 'width' && innerWidth < 700 ? 'phone' : CHOICES[name][0];
}

function choose(name, value) {
  try { localStorage.setItem('preview-' + name, value); } catch { /* storage is blocked: the choice applies to this page only */ }
  document.documentElement.dataset[name] = value;
  applyChoices();
}

function next(name) {
  const values = CHOICES[name];
  choose(name, values[(values.indexOf(document.documentElement.dataset[name]) + 1) % values.length]);
}

// --- Frames: as tall as their content, as wide as the device they imitate, scaled down to fit.
function applyChoices() {
  const set = document.documentElement.dataset;
  for (const button of document.querySelectorAll('button[data-set]')) {
    button.setAttribute('aria-pressed', String(set[button.dataset.set] === button.value));
  }
  for (const frame of document.querySelectorAll('.device iframe')) {
    frame.dataset.base ??= frame.getAttribute('src');
    const off = set.images === 'off' && frame.dataset.base.includes('/mail.html');
    show(frame, frame.dataset.base + (off ? '&images=off' : ''));
  }
  fit();
}

function show(frame, address) {
  if (!frame.dataset.watched) {
    frame.dataset.watched = 'yes';
    frame.addEventListener('load', () => onFrameLoad(frame));
    if (frame.contentDocument?.readyState === 'complete') onFrameLoad(frame);
  }
  frame.dataset.shown ??= frame.getAttribute('src');
  if (frame.dataset.shown === address) return;
  frame.dataset.shown = address;
  frame.contentWindow.location.replace(address); // unlike setting src, this adds no entry to the history
}

function onFrameLoad(frame) {
  const inside = frame.contentDocument;
  if (!inside?.body) return;
  for (const link of inside.querySelectorAll('a[href]:not([href^="#"])')) {
    // Links to the site's own pages open in the frame, all others in a new tab.
    if (link.origin !== location.origin || frame.dataset.base.includes('/mail.html')) {
      link.target = '_blank';
      link.rel = 'noopener';
    }
  }
  new ResizeObserver(fit).observe(inside.body);
  fit();
}

function fit() {
  for (const device of document.querySelectorAll('.device')) {
    const frame = device.querySelector('iframe');
    const glass = device.querySelector('.glass');
    const root = frame.contentDocument?.documentElement;
    if (!glass.clientWidth || !root) continue;
    const width = Number(device.dataset.width) || glass.clientWidth;
    const scale = Math.min(1, glass.clientWidth / width);
    frame.style.width = width + 'px';
    frame.style.height = '0';
    const height = Math.max(root.scrollHeight, frame.contentDocument.body?.scrollHeight ?? 0, 120);
    frame.style.height = height + 'px';
    frame.style.transform = scale < 1 ? `scale(${scale})` : '';
    glass.style.height = Math.ceil(height * scale) + 'px';
  }
}

// --- Live reload: replace changed regions; keep scroll position, focus and toggles.
let version = body.dataset.version;
let running = false;
let pending = '';

function sameButFrames(a, b) {
  const bare = (node) => {
    const copy = node.cloneNode(true);
    for (const frame of copy.querySelectorAll('iframe')) frame.replaceWith('frame');
    for (const each of [copy, ...copy.querySelectorAll('*')]) { each.removeAttribute('style'); each.removeAttribute('aria-pressed'); }
    return copy.innerHTML;
  };
  return a.className === b.className && bare(a) === bare(b);
}

function replaceRegion(region, fresh) {
  const frames = [...region.querySelectorAll('iframe')];
  const others = [...fresh.querySelectorAll('iframe')];
  if (sameButFrames(region, fresh) && frames.length === others.length) {
    frames.forEach((frame, index) => { frame.dataset.base = others[index].getAttribute('src'); });
    return;
  }
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const selector = focused && (focused.id ? '#' + focused.id : focused.getAttribute('href') ? `a[href="${CSS.escape(focused.getAttribute('href'))}"]`
    : focused.dataset.set ? `button[data-set="${focused.dataset.set}"][value="${focused.value}"]` : '');
  const heights = frames.map((frame) => frame.parentElement.style.height);
  region.className = fresh.className;
  region.replaceChildren(...fresh.childNodes);
  // A frame keeps its old height while it loads, so that the page does not jump.
  [...region.querySelectorAll('iframe')].forEach((frame, index) => { frame.parentElement.style.height = heights[index] ?? ''; });
  if (selector) region.querySelector(selector)?.focus({preventScroll: true});
}

async function update(address = location.href) {
  pending = address;
  if (running) return;
  running = true;
  try {
    while (pending) {
      const requested = pending;
      pending = '';
      const response = await fetch(requested, {headers: {Accept: 'text/html'}});
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (pending) continue; // a newer page has been requested since
      document.title = fresh.title;
      const [oldRegions, newRegions] = [document, fresh].map((each) => [...each.querySelectorAll('[data-live]')]);
      if (oldRegions.map((each) => each.id).join() !== newRegions.map((each) => each.id).join()) return location.reload();
      oldRegions.forEach((region, index) => replaceRegion(region, newRegions[index]));
      body.dataset.version = fresh.body.dataset.version;
    }
  } catch { /* the server is gone: the event source reports it, and reconnects */ } finally { running = false; }
  applyChoices();
}

let events;

function listen() {
  events?.close();
  events = new EventSource('/events');
  events.onmessage = (event) => {
    live.classList.remove('lost');
    live.lastElementChild.textContent = body.dataset.liveText;
    if (event.data === version) return;
    version = event.data;
    update();
  };
  events.addEventListener('progress', (event) => {
    const bar = document.getElementById('reviewed');
    if (bar) bar.value = bar.max - Number(event.data);
  });
  events.onerror = () => {
    live.classList.add('lost');
    live.lastElementChild.textContent = body.dataset.lost;
  };
}

listen();
// Browsers allow six connections to a server, so hidden tabs close theirs.
document.addEventListener('visibilitychange', () => (document.hidden ? events.close() : listen()));
addEventListener('pagehide', () => events.close());

// --- Copying.
let hiding;
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast.textContent = body.dataset.copied;
  toast.classList.add('seen');
  clearTimeout(hiding);
  hiding = setTimeout(() => { toast.classList.remove('seen'); toast.textContent = ''; }, 1800);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.copy !== undefined) copy(button.dataset.copy);
  else if (button?.dataset.set) choose(button.dataset.set, button.value);
  else if (button?.id === 'help') document.getElementById('keys').showModal();
});

// --- Search while typing.
const search = document.getElementById('q');
let typing;
search?.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const address = new URL('/', location.href);
    if (search.value) address.searchParams.set('q', search.value);
    history.replaceState(null, '', address);
    update(address.href);
  }, 120);
});

// --- Shortcuts: single keys without a modifier, ignored while typing.
const KEYS = {m: () => next('width'), d: () => next('scheme'), i: () => next('images'), '?': () => document.getElementById('keys').showModal()};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest('input, textarea, select, dialog')) return;
  if (event.key === '/' && search) { event.preventDefault(); search.focus(); return; }
  const link = /^[a-z1-9]$/.test(event.key) && document.querySelector(`a[data-key="${event.key}"]`);
  if (link) link.click();
  else if (Object.hasOwn(KEYS, event.key)) { event.preventDefault(); KEYS[event.key](); }
});

for (const name of Object.keys(CHOICES)) document.documentElement.dataset[name] = chosen(name);
applyChoices();
addEventListener('resize', fit);
