'use strict';

// A stepper through every schedule of a program, in the place of a table: the
// reader chooses the thread that moves. CONTRIBUTING.md describes the data.

/* global hljs */

(() => {
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

    const flat = text => text.trim().replaceAll('\n', ' / ');

    function enhance(figure) {
        const { title, threads, schedule, values, objects, ends, right, lines, calls, texts, nodes } =
            JSON.parse(figure.querySelector('script').textContent);
        const next = id => nodes[id][4];
        const movers = threads.map((_, id) => id).filter(id => nodes.some((_, at) => edge(at, id)));

        // The steps that are laid out, as edges of the graph, and how many of
        // them are taken.
        const path = [];
        let taken = 0;
        const at = (step = taken) => (step ? path[step - 1][1] : 0);
        function edge(id, mover) {
            return next(id).find(([thread]) => thread === mover);
        }

        const fails = ([kind, text]) => /deadlock|panic/.test(kind)
            || kind === 'done' && right && !right.includes(text);
        const works = end => end[0] === 'done' && !fails(end);
        const endOf = id => ends.find(([kind, text]) =>
            kind === nodes[id][5]?.[0] && text === texts[nodes[id][5][1]]);

        // How many schedules lead from a node to each of `ends`.
        const counts = [];
        const count = id => counts[id] ??= next(id).reduce(
            (sum, [, to]) => count(to).map((more, index) => sum[index] + more),
            ends.map(end => BigInt(end === endOf(id))),
        );
        const leads = (id, wanted) => ends.some((end, index) => wanted(end) && count(id)[index]);

        // How many steps it is to the nearest end that fails.
        const distances = [];
        const distance = id => distances[id] ??= endOf(id) && fails(endOf(id)) ? 0
            : 1 + Math.min(...next(id).map(([, to]) => distance(to)));

        const named = ([kind, text]) => ({
            done: text ? `prints ${flat(text)}` : 'all threads end',
            limit: 'too long to follow',
        })[kind] ?? kind + (text && `: ${flat(text)}`);

        /* What the reader does -------------------------------------------- */

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

        // From here if that is possible, else from the start.
        function show(wanted, isShort) {
            taken = !isShort && leads(at(), wanted) ? taken : 0;
            path.length = taken;
            for (let id = at(); next(id).length; id = at(path.length)) {
                const steps = next(id).filter(([, to]) => leads(to, wanted)
                    && !(isShort && distance(to) >= distance(id)));
                path.push(steps[Math.floor(Math.random() * steps.length)]);
            }
            draw(`Go forward: ${path.length - taken} steps are laid out. `);
        }

        /* What the reader sees -------------------------------------------- */

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

        const row = (tag, texts) => make('tr', ...texts.map(text => make(tag, text)));
        head.append(row('th', ['step', ...movers.map(id => threads[id]), ...values]));

        const badge = id => {
            const mark = make('b', movers.indexOf(id) + 1);
            mark.dataset.thread = mark.textContent;
            return mark;
        };
        chooser.append(...movers.map(id => button(() => choose(id), badge(id), make('span'))));

        const back = button(() => go(-1), '← Back');
        const forward = button(() => go(1), 'Forward →');
        tools.append(back, forward, button(() => go(-taken), 'To the start'));
        for (const [name, wanted, isShort] of [
            ['Show one that fails', fails],
            ['Show the shortest that fails', fails, true],
            ['Show a good one', works],
        ]) {
            if (leads(0, fails) && leads(0, wanted)) {
                tools.append(button(() => show(wanted, isShort), name));
            }
        }

        const gutters = lines.map(line => {
            const text = make('span');
            text.innerHTML = hljs.highlight('rust', line).value;
            const gutter = make('span');
            code.append(make('div', gutter, text));
            return gutter;
        });

        function drawThreads(stands) {
            gutters.forEach(gutter => gutter.replaceChildren());
            movers.forEach((id, index) => {
                const [status = 'n', line, call, object] = stands[id] ?? [];
                const what = {
                    n: 'has not started',
                    r: calls[call] || 'begins',
                    g: `wakes in ${calls[call]}`,
                    w: `waits in ${calls[call]}`,
                    j: 'waits for other threads to end',
                    e: 'has ended',
                    s: 'has stopped',
                }[status];
                const isHere = line && !/[es]/.test(status);
                if (isHere) {
                    const mark = badge(id);
                    mark.className = status;
                    gutters[line - 1].append(mark);
                }
                const choice = chooser.children[index];
                choice.lastChild.textContent = `${threads[id]}: ${what}${isHere ? `, line ${line}` : ''}`;
                choice.ariaDisabled = !edge(at(), id);
            });
        }

        function drawState([, shown, held, output]) {
            const entry = (name, ...facts) => make('div', make('dt', name), make('dd', facts.join(', ')));
            const holds = name => held.filter(([object]) => objects[object] === name)
                .map(([, id]) => `held by ${threads[id]}`);
            state.replaceChildren(
                ...values.map((name, index) => entry(name, texts[shown[index]] || '–', ...holds(name))),
                ...objects.filter(name => !values.includes(name))
                    .map(name => entry(name, holds(name)[0] ?? 'free')),
                entry('output', flat(texts[output]) || 'nothing yet'),
            );
        }

        function drawTable() {
            rows.replaceChildren(...path.map(([mover, to, text], index) => {
                const drawn = row('td', [
                    index + 1,
                    ...movers.map(id => (id === mover ? texts[text] : '')),
                    ...nodes[to][1].map(value => texts[value]),
                ]);
                drawn.className = index < taken ? '' : 'ahead';
                drawn.ariaCurrent = index === taken - 1 ? 'step' : null;
                return drawn;
            }));
        }

        function draw(news = '') {
            drawThreads(nodes[at()][0]);
            drawState(nodes[at()]);
            drawTable();
            outlook.replaceChildren(...ends.map((end, index) => {
                const some = count(at())[index];
                const item = make('li', `${named(end)} (${some || 'no'} schedule${some > 1 ? 's' : ''} from here)`);
                item.className = fails(end) ? 'fails' : '';
                return item;
            }));
            const [mover, , text] = path[taken - 1] ?? [];
            const end = endOf(at());
            told.textContent = news
                + (taken ? `Step ${taken}: ${threads[mover]} ${texts[text]}.` : 'Choose a thread.')
                + (end ? ` ${fails(end) ? 'It fails' : 'The end'}: ${named(end)}.` : '');
            told.className = end && fails(end) ? 'fails' : '';
            back.ariaDisabled = !taken;
            forward.ariaDisabled = taken === path.length;
        }

        // Digits choose a thread. Elsewhere the arrows turn the page.
        stepper.onkeydown = event => {
            if (event.altKey || event.ctrlKey || event.metaKey) {
                return;
            }
            const { key, target } = event;
            chooser.children[key - 1]?.click();
            if (key === 'ArrowLeft' || key === 'ArrowRight') {
                event.stopPropagation();
                if (target.localName === 'button') {
                    go(key === 'ArrowLeft' ? -1 : 1);
                }
            }
        };

        // It begins with the schedule of the table, at the last moment when
        // that could still end well or badly.
        for (const mover of schedule) {
            path.push(edge(at(path.length), mover));
        }
        for (let step = 0; step < path.length; step += 1) {
            taken = leads(at(step), fails) && leads(at(step), works) ? step : taken;
        }
        draw();
        figure.prepend(stepper);
    }

    document.querySelectorAll('figure.schedules').forEach(enhance);
})();
