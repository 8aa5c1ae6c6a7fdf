'use strict';

// What tests/browser.rs asks the pages. Each function returns sentences, one
// for each problem.

/* Diagrams ---------------------------------------------------------------- */

function luminance([red, green, blue]) {
    const linear = value => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

// The numbers of `rgb(1, 2, 3)`; null for what can't be seen.
function colour(text) {
    const [red, green, blue, alpha = 1] = (text.match(/[\d.]+/g) || []).map(Number);
    return blue === undefined || alpha === 0 ? null : [red, green, blue];
}

function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

// What is painted behind the middle of a text: the last shape before it that
// holds the place, else the page.
function behind(text, svg) {
    const box = text.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    let found = null;
    for (const shape of svg.querySelectorAll('rect, circle, ellipse, polygon, path')) {
        const { left, right, top, bottom } = shape.getBoundingClientRect();
        const isBefore = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (isBefore && left <= x && x <= right && top <= y && y <= bottom) {
            found = colour(getComputedStyle(shape).fill) || found;
        }
    }
    for (let box = svg; box && !found; box = box.parentElement) {
        found = colour(getComputedStyle(box).backgroundColor);
    }
    return found || [255, 255, 255];
}

function unreadable() {
    const problems = [];
    const diagrams = document.querySelectorAll('pre.mermaid');
    if (diagrams.length === 0) {
        problems.push('there is no diagram');
    }
    diagrams.forEach((box, index) => {
        const svg = box.querySelector('svg');
        const texts = svg ? Array.from(svg.querySelectorAll('text, tspan, span, p')) : [];
        const seen = texts.filter(text => Array.from(text.childNodes).some(
            child => child.nodeType === Node.TEXT_NODE && child.data.trim()));
        if (seen.length === 0) {
            problems.push(`diagram ${index + 1} has no text`);
        }
        for (const text of seen) {
            const style = getComputedStyle(text);
            const ink = colour(text instanceof SVGElement ? style.fill : style.color);
            const ground = behind(text, svg);
            if (!ink || contrast(ink, ground) < 4.5) {
                problems.push(`diagram ${index + 1}: "${text.textContent.trim()}" is ${ink} on ${ground}`);
            }
        }
    });
    return problems;
}

/* Keyboard ---------------------------------------------------------------- */

function toggleIs(state) {
    const toggle = document.getElementById('mdbook-sidebar-toggle');
    const sidebar = document.getElementById('mdbook-sidebar');
    const problems = [];
    if (toggle.getAttribute('role') !== 'button') {
        problems.push('what opens the sidebar is not a button');
    }
    if (toggle.getAttribute('aria-expanded') !== state) {
        problems.push(`aria-expanded is not ${state}`);
    }
    const { left, right } = sidebar.getBoundingClientRect();
    const seen = right > 0 && left < innerWidth && right > left;
    if (String(seen) !== state) {
        problems.push(`the sidebar is ${seen ? '' : 'not '}seen`);
    }
    return problems;
}

function skipLinkIsSeen() {
    const link = document.activeElement;
    const { top, bottom } = link.getBoundingClientRect();
    return link.matches('.skip-link') && top >= 0 && bottom > top
        ? [] : ['the first Tab does not show the skip link'];
}

function unnamed() {
    const problems = [];
    const names = new Set();
    for (const box of document.querySelectorAll('main *')) {
        const overflow = getComputedStyle(box).overflowX;
        const scrolls = box.scrollWidth > box.clientWidth
            && box.clientWidth > 0 && ['auto', 'scroll'].includes(overflow);
        const name = box.getAttribute('aria-label');
        const isRegion = box.tabIndex === 0 && box.getAttribute('role') === 'region' && name;
        const text = box.textContent.trim().slice(0, 40);
        if (scrolls && !isRegion) {
            problems.push(`it scrolls and has no name: ${text}`);
        }
        if (!scrolls && box.getAttribute('role') === 'region') {
            problems.push(`it has a name and does not scroll: ${text}`);
        }
        if (isRegion && names.has(name)) {
            problems.push(`two boxes are called ${name}`);
        }
        names.add(name);
    }
    return problems;
}

function foldIsShown(id) {
    const fold = document.getElementById(id);
    const { top } = fold.getBoundingClientRect();
    const problems = [];
    if (!fold.open) {
        problems.push('the fold is shut');
    }
    if (top < 0 || top > innerHeight / 2) {
        problems.push(`the fold begins at ${top}, in a window of ${innerHeight}`);
    }
    return problems;
}

/* Paper ------------------------------------------------------------------- */

function cutOnPaper() {
    const problems = [];
    const sheet = document.querySelector('main').getBoundingClientRect();
    for (const table of document.querySelectorAll('main table:not(.stepper *)')) {
        for (const box of [table, table.closest('.table-wrapper')]) {
            const { left, right } = box.getBoundingClientRect();
            if (left < sheet.left - 1 || right > sheet.right + 1) {
                problems.push(`a table reaches from ${left} to ${right}, the sheet from `
                    + `${sheet.left} to ${sheet.right}: ${table.textContent.trim().replace(/\s+/g, ' ').slice(0, 40)}`);
                break;
            }
        }
    }
    document.querySelectorAll('pre.mermaid').forEach((box, index) => {
        const { left, right, bottom } = box.getBoundingClientRect();
        const isClipped = getComputedStyle(box).overflowY !== 'visible';
        for (const shape of box.querySelectorAll('svg, line')) {
            const its = shape.getBoundingClientRect();
            if (its.bottom > bottom + 1 && !isClipped) {
                problems.push(`a line of diagram ${index + 1} runs through the text below`);
                break;
            }
            if (shape.localName === 'svg' && (its.left < left - 1 || its.right > right + 1)) {
                problems.push(`diagram ${index + 1} is cut`);
            }
        }
    });
    const size = box => parseFloat(getComputedStyle(box).fontSize);
    const prose = size(document.querySelector('main > p'));
    for (const note of document.querySelectorAll('.note')) {
        if (size(note) > prose) {
            problems.push(`a note is set in ${size(note)} px, the prose in ${prose}`);
        }
    }
    return problems;
}

/* Steppers ---------------------------------------------------------------- */

const steppers = () => Array.from(document.querySelectorAll('figure.schedules > .stepper'));

// A stepper beside its data: where it should be, and what it should show.
class Player {
    constructor(stepper) {
        this.stepper = stepper;
        this.data = JSON.parse(stepper.parentElement.querySelector('script').textContent);
        this.problems = [];
        const { nodes } = this.data;
        const movers = new Set(nodes.flatMap(node => node[4].map(([mover]) => mover)));
        this.movers = Array.from(movers).sort((a, b) => a - b);
        this.node = 0;
    }

    says(problem) {
        this.problems.push(`${this.data.name}, node ${this.node}: ${problem}`);
    }

    button(name) {
        const buttons = Array.from(this.stepper.querySelectorAll('button'));
        return buttons.find(button => button.textContent.includes(name));
    }

    told() {
        return this.stepper.querySelector('[role=status]').textContent;
    }

    choices() {
        return Array.from(this.stepper.querySelector('[role=group]').children);
    }

    end(id = this.node) {
        return this.data.ends[this.data.nodes[id][5]];
    }

    // What it shows is what is recorded for the node.
    agrees() {
        const { threads, stands, values, texts, nodes } = this.data;
        const [places, shown, held, output, next] = nodes[this.node];
        const lines = this.stepper.querySelectorAll('pre code > div');
        this.movers.forEach((id, index) => {
            const choice = this.choices()[index];
            const isFree = choice.ariaDisabled === 'false';
            if (isFree !== next.some(([mover]) => mover === id)) {
                this.says(`${threads[id]} ${isFree ? 'can' : "can't"} be chosen`);
            }
            const [status, line] = stands[places[id]] ?? ['e'];
            if (line && 'rgwj'.includes(status)) {
                const mark = lines[line - 1].querySelector(`b[data-thread="${index + 1}"]`);
                if (!mark || !choice.textContent.endsWith(`line ${line}`)) {
                    this.says(`${threads[id]} is not shown in line ${line}`);
                }
            }
        });
        const state = this.stepper.querySelector('dl').innerText;
        const wanted = [
            ...values.map((_, index) => texts[shown[index]]),
            ...held.map(([, id]) => `held by ${threads[id]}`),
            texts[output],
        ];
        for (const text of wanted) {
            if (!state.includes(text)) {
                this.says(`"${text}" is not among ${state}`);
            }
        }
        const told = this.told();
        if (Boolean(this.end()) !== / (It fails|The end): /.test(told)) {
            this.says(`it tells: ${told}`);
        }
    }

    // Goes on as `act` does, and says who has moved.
    step(act) {
        const before = this.told();
        act();
        const row = this.stepper.querySelector('tbody [aria-current=step]');
        const { threads, nodes } = this.data;
        const mover = threads.findIndex(name => this.told().includes(`: ${name} `));
        const edge = nodes[this.node][4].find(([id]) => id === mover);
        if (!row || !edge || before === this.told()) {
            this.says(`a step tells: ${this.told()}`);
            return false;
        }
        this.node = edge[1];
        this.agrees();
        return !this.end();
    }

    restart() {
        this.button('To the start').click();
        this.node = 0;
        this.agrees();
    }

    // Goes forward to the end, and says after how many steps that is.
    forward() {
        let steps = 1;
        while (this.step(() => this.button('Forward').click()) && steps < 1000) {
            steps += 1;
        }
        return steps;
    }

    // Shows a failure, and says after how many steps it comes.
    fail() {
        this.restart();
        this.button('fails').click();
        const steps = this.forward();
        const [words, fails] = this.end() ?? [];
        if (!fails || this.button('Forward').ariaDisabled !== 'true') {
            this.says(`the failure that it shows is: ${words}`);
        }
        return steps;
    }

    // The number of steps to the nearest end that fails.
    nearest() {
        const { nodes } = this.data;
        let front = new Set([0]);
        for (let steps = 0; front.size; steps += 1) {
            if (Array.from(front).some(id => this.end(id)?.[1])) {
                return steps;
            }
            front = new Set(Array.from(front).flatMap(id => nodes[id][4].map(([, to]) => to)));
        }
        return undefined;
    }

    play() {
        this.restart();
        const outlook = Array.from(this.stepper.querySelectorAll('li'), item => item.textContent);
        this.data.ends.forEach(([words, fails], index) => {
            const isTold = !fails || /wrong|deadlock|panic/.test(words);
            if (outlook[index] !== words || !isTold) {
                this.says(`of the end "${words}" it says: ${outlook[index]}`);
            }
        });

        // Choose a thread at each step.
        const choose = () => this.choices().findLast(it => it.ariaDisabled === 'false').click();
        while (!this.end() && this.step(choose));

        // And back.
        while (this.button('Back').ariaDisabled === 'false') {
            const before = this.told();
            this.button('Back').click();
            if (before === this.told()) {
                this.says(`a step back tells: ${before}`);
            }
        }
        this.node = 0;
        this.agrees();

        const nearest = this.nearest();
        if ((nearest === undefined) === Boolean(this.button('fails'))) {
            this.says('a button for what fails is missing, or too many');
        }
        const steps = nearest && this.fail();
        if (steps !== nearest) {
            this.says(`the shortest that fails has ${nearest} steps, not ${steps}`);
        }
        return this.problems;
    }
}

function playAll() {
    return steppers().length
        ? steppers().flatMap(stepper => new Player(stepper).play())
        : ['there is no stepper'];
}

function focusable() {
    return steppers().flatMap(stepper => Array.from(stepper.querySelectorAll('button, [tabindex]')));
}

const taken = stepper => stepper.querySelectorAll('tbody tr:not(.ahead)').length;

function focusOn(index) {
    const element = focusable()[index];
    element.focus();
    window.before = taken(element.closest('.stepper'));
    window.turned = false;
    return document.activeElement === element ? [] : [`${element.outerHTML} gets no focus`];
}

// What an arrow has done: a step, or none where it scrolls a box.
function hasMoved(by) {
    const element = document.activeElement;
    const stepper = element.closest('.stepper');
    const name = element.textContent.trim().slice(0, 40);
    const problems = window.turned ? [`an arrow turns the page from ${name}`] : [];
    const rows = stepper.querySelectorAll('tbody tr').length;
    const step = element.matches('button') ? window.before + by : window.before;
    if (taken(stepper) !== Math.max(0, Math.min(rows, step))) {
        problems.push(`on ${name} an arrow leads from step ${window.before} to ${taken(stepper)}`);
    }
    window.before = taken(stepper);
    return problems;
}

// The first stepper is at its start; its first thread that can be chosen has
// the key "1" or another.
function isReady() {
    const player = new Player(steppers()[0]);
    player.restart();
    player.button('Forward').focus();
    window.turned = false;
    window.first = player.choices().findIndex(it => it.ariaDisabled === 'false');
    return player.problems;
}

// Only the key of a thread that can move does something.
function hasChosen() {
    const [stepper] = steppers();
    const wanted = window.first === 0 ? 1 : 0;
    return taken(stepper) === wanted ? [] : [`the key 1 has led to step ${taken(stepper)}`];
}

function wider() {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, the window ${clientWidth}`] : [];
}

function setTheme(name) {
    const { classList } = document.documentElement;
    classList.remove('light', 'rust', 'coal', 'navy', 'ayu');
    classList.add(name);
}

// What axe finds in the steppers.
async function barriers(options) {
    const { violations } = await axe.run('.stepper', { resultTypes: ['violations'], ...options });
    return violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(node => node.html.slice(0, 200)).join(', ')}`);
}

function notATable() {
    const isSeen = element => element && element.getClientRects().length > 0;
    return Array.from(document.querySelectorAll('figure.schedules')).flatMap(figure => {
        const { name, schedule } = JSON.parse(figure.querySelector('script').textContent);
        const table = figure.querySelector(':scope > .table-wrapper');
        const problems = [];
        if (!isSeen(table) || table.querySelectorAll('tbody tr').length !== schedule.length) {
            problems.push(`${name}: the table is not printed`);
        }
        if (isSeen(figure.querySelector('.stepper'))) {
            problems.push(`${name}: the stepper is printed`);
        }
        return problems;
    });
}
