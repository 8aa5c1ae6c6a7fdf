'use strict';

// What mdBook's pages lack for readers who use a keyboard or a screen reader.

(() => {
    const element = id => document.getElementById(id);

    // The button of the sidebar is a label, which no key reaches. Without
    // `for` it may be a button, and passes its clicks on by itself.
    function makeToggleAButton() {
        const toggle = element('mdbook-sidebar-toggle');
        const checkbox = element('mdbook-sidebar-toggle-anchor');
        toggle.removeAttribute('for');
        toggle.role = 'button';
        toggle.tabIndex = 0;
        toggle.addEventListener('click', () => checkbox.click());
        toggle.addEventListener('keydown', event => {
            if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                toggle.click();
            }
        });
    }

    function addSkipLink() {
        const text = document.querySelector('main');
        text.tabIndex = -1;
        const link = document.createElement('a');
        link.className = 'skip-link';
        link.href = '#mdbook-content';
        link.textContent = 'Skip to content';
        link.addEventListener('click', event => {
            event.preventDefault();
            text.focus();
        });
        document.body.prepend(link);
    }

    // mdBook turns the page on the arrow keys. They have another meaning in a
    // box that scrolls and in a menu, and none on a button or a summary. A
    // stepper has its own.
    function keepArrows() {
        const scrolls = box => box.scrollWidth > box.clientWidth
            && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX);
        const isOver = target => {
            for (let box = target; box && box !== document.body; box = box.parentElement) {
                if (box.matches('button, summary, [role=button], [role=menu]') || scrolls(box)) {
                    return true;
                }
            }
            return false;
        };
        addEventListener('keydown', event => {
            const turns = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
            if (turns && !event.target.closest('.stepper') && isOver(event.target)) {
                event.stopPropagation();
            }
        }, { capture: true });
    }

    // A box that scrolls is reached by Tab and has a name. Whether it scrolls
    // changes with the window, with its fold, with its hidden lines, and with
    // the table in it.
    function nameWhatScrolls() {
        const describe = (box, name) => {
            if (box.scrollWidth > box.clientWidth) {
                box.tabIndex = 0;
                box.role = 'region';
                box.ariaLabel = name;
            } else {
                ['tabindex', 'role', 'aria-label'].forEach(it => box.removeAttribute(it));
            }
        };
        const names = new Map();
        const all = () => names.forEach((name, box) => describe(box, name));
        const sizes = new ResizeObserver(all);
        for (const [kind, selector] of [
            ['Code block', 'main pre > code'],
            ['Table', 'main .table-wrapper'],
            ['Diagram', 'main pre.mermaid'],
        ]) {
            document.querySelectorAll(selector).forEach((box, index) => {
                names.set(box, `${kind} ${index + 1}`);
                [box, ...box.querySelectorAll('table')].forEach(it => sizes.observe(it));
            });
        }
        document.fonts.ready.then(all);
    }

    // A link into a fold opens it.
    function openFolds() {
        const open = hash => {
            const target = hash && element(decodeURIComponent(hash.slice(1)));
            let fold = target && target.closest('details:not([open])');
            const wasShut = Boolean(fold);
            for (; fold; fold = fold.parentElement.closest('details:not([open])')) {
                fold.open = true;
            }
            return wasShut && target;
        };
        // Before the browser goes there; and where it is already.
        document.addEventListener('click', event => {
            const link = event.target.closest('a[href*="#"]');
            if (link && link.pathname === location.pathname) {
                open(link.hash);
            }
        });
        const arrive = () => {
            const target = open(location.hash);
            if (target) {
                target.scrollIntoView();
            }
        };
        addEventListener('hashchange', arrive);
        arrive();
    }

    makeToggleAButton();
    addSkipLink();
    keepArrows();
    nameWhatScrolls();
    openFolds();
})();
