'use strict';

// Draws the diagrams of a page with mermaid, in the colours of the theme, and
// again when the reader changes the theme. Nothing is loaded on a page that
// has no diagram: mermaid is 2.5 MB.

/* global path_to_root, mermaid */

(() => {
    const diagrams = Array.from(document.querySelectorAll('pre.mermaid'), box => ({
        box,
        source: box.textContent,
        // The picture for each colour scheme, once it is drawn.
        pictures: {},
    }));
    if (diagrams.length === 0) {
        return;
    }

    const root = document.documentElement;

    // mdBook gives each of its themes one of the two, also when it follows
    // the system. Where colours are forced, both are left, and the system
    // decides.
    function scheme() {
        const ofTheme = getComputedStyle(root).colorScheme;
        const ofSystem = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
        return ['light', 'dark'].includes(ofTheme) ? ofTheme : ofSystem;
    }

    function loadMermaid() {
        return new Promise((resolve, reject) => {
            const script = document.createElement('script');
            script.src = path_to_root + 'assets/mermaid.min.js';
            script.onload = resolve;
            script.onerror = () => reject(new Error(`can't load ${script.src}`));
            document.head.append(script);
        });
    }

    // The colours are those of diagrams.css; an element of the wanted scheme
    // turns them into plain ones, at once and whatever colours are forced.
    function config(scheme) {
        const probe = document.createElement('span');
        probe.style.cssText = `color-scheme: ${scheme}; transition: none !important; `
            + 'forced-color-adjust: none';
        root.append(probe);
        const colour = name => {
            probe.style.color = `var(--diagram-${name})`;
            return getComputedStyle(probe).color;
        };
        const [box, edge, text, line, note, noteEdge, group, page] =
            ['box', 'edge', 'text', 'line', 'note', 'note-edge', 'group', 'page'].map(colour);
        const curves = ['curve-1', 'curve-2', 'curve-3'].map(colour);
        const fontFamily = getComputedStyle(root).fontFamily;
        probe.remove();

        return {
            startOnLoad: false,
            suppressErrorRendering: true,
            theme: 'base',
            fontFamily,
            themeVariables: {
                darkMode: scheme === 'dark',
                fontFamily,
                fontSize: '16px',
                background: page,
                primaryColor: box,
                primaryBorderColor: edge,
                primaryTextColor: text,
                secondaryColor: note,
                secondaryBorderColor: noteEdge,
                secondaryTextColor: text,
                tertiaryColor: group,
                tertiaryBorderColor: edge,
                tertiaryTextColor: text,
                textColor: text,
                titleColor: text,
                lineColor: line,
                edgeLabelBackground: page,
                noteBkgColor: note,
                noteBorderColor: noteEdge,
                noteTextColor: text,
                // Of sequence diagrams.
                actorLineColor: edge,
                activationBkgColor: group,
                activationBorderColor: edge,
                labelBoxBkgColor: group,
                labelBoxBorderColor: edge,
                sequenceNumberColor: page,
                // Of state diagrams: the dots where a life begins and ends.
                specialStateColor: line,
                innerEndBackground: line,
                transitionLabelColor: text,
                altBackground: group,
                compositeBackground: group,
                compositeTitleBackground: box,
                // Of charts.
                xyChart: {
                    backgroundColor: page,
                    titleColor: text,
                    xAxisTitleColor: text,
                    xAxisLabelColor: text,
                    xAxisTickColor: line,
                    xAxisLineColor: line,
                    yAxisTitleColor: text,
                    yAxisLabelColor: text,
                    yAxisTickColor: line,
                    yAxisLineColor: line,
                    // Without commas in a colour: they separate colours.
                    plotColorPalette: curves.map(curve => curve.replaceAll(',', '')).join(','),
                },
            },
            // Where a line runs through a text, the text stays readable.
            themeCSS: `.messageText, .loopText, .loopText > tspan {
                paint-order: stroke; stroke: ${page}; stroke-width: 5px;
                stroke-linejoin: round;
            }
            .line-plot-0 path, .line-plot-1 path, .line-plot-2 path { stroke-width: 3px; }
            .line-plot-1 path { stroke-dasharray: 9 5; }
            .line-plot-2 path { stroke-dasharray: 2 5; }`,
            // In their own size: text that shrinks with the window can't be
            // read on a phone.
            flowchart: { useMaxWidth: false },
            state: { useMaxWidth: false },
            class: { useMaxWidth: false },
            xyChart: { useMaxWidth: false, width: 640, height: 360, yAxis: { titlePadding: 14 } },
            sequence: {
                useMaxWidth: false,
                mirrorActors: false,
                height: 46,
                actorFontFamily: fontFamily,
                noteFontFamily: fontFamily,
                messageFontFamily: fontFamily,
            },
        };
    }

    async function draw(scheme) {
        mermaid.initialize(config(scheme));
        // Drawn out of sight, but where the same styles apply: mermaid
        // measures the text.
        const bench = document.createElement('div');
        bench.className = 'mermaid-bench';
        diagrams[0].box.after(bench);
        for (const [index, diagram] of diagrams.entries()) {
            if (diagram.pictures[scheme] || diagram.error) {
                continue;
            }
            try {
                const id = `diagram-${index + 1}-${scheme}`;
                const { svg } = await mermaid.render(id, diagram.source, bench);
                diagram.pictures[scheme] = svg;
            } catch (error) {
                diagram.error = error;
                console.error(`diagram ${index + 1} of this page: ${error.message}`);
            }
            show(wanted);
        }
        bench.remove();
    }

    let wanted = scheme();

    function show(scheme) {
        wanted = scheme;
        for (const diagram of diagrams) {
            const { box, source, pictures, error } = diagram;
            const picture = pictures[wanted];
            if (error) {
                box.textContent = source;
                box.classList.add('failed');
            } else if (picture && diagram.shown !== picture) {
                box.innerHTML = picture;
                box.style.colorScheme = wanted;
                box.classList.add('drawn');
                diagram.shown = picture;
            }
        }
    }

    // The text is measured, so its font has to be there. Both schemes are
    // drawn, the visible one first: then a change of theme, and the printer,
    // which can't wait, find their picture ready.
    async function drawAll() {
        await Promise.all([loadMermaid(), document.fonts.load('16px "Source Sans"')]);
        const first = wanted;
        await draw(first);
        await draw(first === 'light' ? 'dark' : 'light');
    }

    const ready = drawAll().catch(error => {
        console.error('diagrams:', error);
        diagrams.forEach(diagram => { diagram.error = error; });
        show(wanted);
    });

    // The menu and the system both end in another class on <html>.
    new MutationObserver(() => show(scheme()))
        .observe(root, { attributeFilter: ['class'] });

    addEventListener('beforeprint', () => show('light'));
    addEventListener('afterprint', () => show(scheme()));

    // The page with the whole book prints itself as soon as it is loaded.
    const print = window.print;
    window.print = () => ready.then(() => print.call(window));
})();
