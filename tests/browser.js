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
    for (const table of document.querySelectorAll('main table')) {
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
