'use strict';

// A stepper through every schedule of a program, in the place of a table: the
// reader chooses the thread that moves. CONTRIBUTING.md describes the data.

/* global hljs */

function addStepper(figure) {
    const { title, threads, schedule, values, objects, ends, lines, stands, texts, nodes } =
        JSON.parse(figure.querySelector('script').textContent);

    const next = id => nodes[id][4];
    const edge = (id, mover) => next(id).find(([thread]) => thread === mover);
    const movers = threads.map((_, id) => id).filter(id => nodes.some((_, at) => edge(at, id)));

    // The steps that are laid out, as edges of the graph, and how many of them
    // are taken.
    const path = [];
    let taken = 0;
    const at = (step = taken) => (step ? path[step - 1][1] : 0);

    // How many steps it is from a node to the nearest end of a kind.
    const endOf = id => ends[nodes[id][5]];
    const distances = isWanted => {
        const known = [];
        const distance = id => known[id] ??= endOf(id) && isWanted(endOf(id)) ? 0
            : 1 + Math.min(...next(id).map(([, to]) => distance(to)));
        return distance;
    };
    const toFailure = distances(([, fails]) => fails);
    const toEnds = ends.map(wanted => distances(end => end === wanted));

    function go(by) {
        taken = Math.min(path.length, Math.max(0, taken + by));
        draw();
    }

    function choose(mover) {
        const step = edge(at(), mover);
        if (step && step !== path[taken]) {
            path.splice(taken, path.length, step);
        }
        go(step ? 1 : 0);
    }

    // Lays out the nearest failure, from here if that is possible.
    function showFailure() {
        taken = toFailure(at()) < Infinity ? taken : 0;
        path.length = taken;
        for (let left = toFailure(at()); left; left -= 1) {
            path.push(next(at(path.length)).find(([, to]) => toFailure(to) < left));
        }
        draw(`Go forward: ${path.length - taken} steps are laid out. `);
    }

    const make = (tag, ...children) => {
        const element = document.createElement(tag);
        element.append(...children);
        return element;
    };
    const button = (act, ...children) => {
        const element = make('button', ...children);
        element.onclick = act;
        return element;
    };
    const badge = id => {
        const mark = make('b', movers.indexOf(id) + 1);
        mark.dataset.thread = mark.textContent;
        return mark;
    };
    const row = (tag, texts) => make('tr', ...texts.map(text => make(tag, text)));

    const stepper = make('div');
    stepper.className = 'stepper';
    figure.ariaLabel = title;
    stepper.innerHTML = `<div><pre><code class="hljs"></code></pre><dl></dl></div>
        <div role="group" aria-label="The thread that moves next"></div>
        <div role="group" aria-label="The schedule"></div>
        <p role="status"></p>
        <ul aria-label="How it can end from here"></ul>
        <div class="table-wrapper"><table><thead></thead><tbody></tbody></table></div>`;
    const [code, state, chooser, tools, told, outlook, head, rows] =
        stepper.querySelectorAll('code, dl, [role], ul, thead, tbody');

    const gutters = lines.map(line => {
        const [gutter, text] = [make('span'), make('span')];
        text.innerHTML = hljs.highlight('rust', line).value;
        code.append(make('div', gutter, text));
        return gutter;
    });
    head.append(row('th', ['step', ...movers.map(id => threads[id]), ...values]));
    chooser.append(...movers.map(id => button(() => choose(id), badge(id), make('span'))));
    const back = button(() => go(-1), '← Back');
    const forward = button(() => go(1), 'Forward →');
    tools.append(back, forward, button(() => go(-taken), 'To the start'));
    if (toFailure(0) < Infinity) {
        tools.append(button(showFailure, 'Show how it fails'));
    }

    function drawThread(id, index) {
        const [status, line, call] = stands[nodes[at()][0][id]] ?? [];
        const what = {
            r: call || 'begins',
            g: `wakes in ${call}`,
            w: `waits in ${call}`,
            j: 'waits for other threads to end',
            e: 'has ended',
            s: 'has stopped',
        }[status] ?? 'has not started';
        const isHere = line && /[rgwj]/.test(status);
        if (isHere) {
            const mark = badge(id);
            mark.className = status;
            gutters[line - 1].append(mark);
        }
        const choice = chooser.children[index];
        choice.lastChild.textContent = `${threads[id]}: ${what}${isHere ? `, line ${line}` : ''}`;
        choice.ariaDisabled = !edge(at(), id);
    }

    function drawState([, shown, held, output]) {
        const entry = (name, ...facts) => make('div', make('dt', name), make('dd', facts.join(', ')));
        const holds = name => held.filter(([object]) => objects[object] === name)
            .map(([, id]) => `held by ${threads[id]}`);
        state.replaceChildren(
            ...values.map((name, index) => entry(name, texts[shown[index]] || '–', ...holds(name))),
            ...objects.filter(name => !values.includes(name))
                .map(name => entry(name, holds(name)[0] ?? 'free')),
            entry('output', texts[output] || 'nothing yet'),
        );
    }

    function drawStep([mover, to, text], index) {
        const words = movers.map(id => (id === mover ? texts[text] : ''));
        const drawn = row('td', [index + 1, ...words, ...nodes[to][1].map(value => texts[value])]);
        drawn.className = index < taken ? '' : 'ahead';
        drawn.ariaCurrent = index === taken - 1 ? 'step' : null;
        return drawn;
    }

    function drawEnd([words, fails], index) {
        const item = make('li', words, toEnds[index](at()) < Infinity ? '' : ' (not from here)');
        item.className = fails ? 'fails' : '';
        return item;
    }

    function draw(news = '') {
        gutters.forEach(gutter => gutter.replaceChildren());
        movers.forEach(drawThread);
        drawState(nodes[at()]);
        rows.replaceChildren(...path.map(drawStep));
        outlook.replaceChildren(...ends.map(drawEnd));
        const [mover, , text] = path[taken - 1] ?? [];
        const [words, fails] = endOf(at()) ?? [];
        told.textContent = news
            + (taken ? `Step ${taken}: ${threads[mover]} ${texts[text]}.` : 'Choose a thread.')
            + (words ? ` ${fails ? 'It fails' : 'The end'}: ${words}.` : '');
        told.className = fails ? 'fails' : '';
        back.ariaDisabled = !taken;
        forward.ariaDisabled = taken === path.length;
    }

    // Digits choose a thread. Elsewhere the arrows turn the page.
    stepper.onkeydown = event => {
        const { key, target } = event;
        if (event.altKey || event.ctrlKey || event.metaKey) {
            return;
        }
        chooser.children[key - 1]?.click();
        const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
        if (by) {
            event.stopPropagation();
            if (target.localName === 'button') {
                go(by);
            }
        }
    };

    // It begins with the schedule of the table.
    schedule.forEach(mover => path.push(edge(at(path.length), mover)));
    draw();
    figure.prepend(stepper);
}

document.querySelectorAll('figure.schedules').forEach(addStepper);
