//! The HTML book: every link leads somewhere, and nothing is loaded from the
//! network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use book_tests::problems::Problems;
use book_tests::workspace::{Built, book, root};
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use xtask::alone;

/// A diagram renderer is large, and its loader is small: from this size on,
/// a script that is called `mermaid` is the renderer.
const LARGE: u64 = 200_000;

/// One file of the HTML book.
struct Document {
    /// Its path below the book's folder.
    path: PathBuf,
    html: Html,
}

impl Document {
    /// The page that holds all others, to be printed: what is wrong with one
    /// of them is wrong with it too, and is reported once.
    fn is_whole_book(&self) -> bool {
        self.path == Path::new("print.html")
    }
}

#[test]
fn every_link_leads_somewhere_and_no_asset_is_remote() {
    let mut problems = Problems::default();
    let (folder, _alone) = build();
    let documents = documents(&folder);
    let ids: BTreeMap<PathBuf, BTreeSet<String>> = documents
        .iter()
        .map(|d| (d.path.clone(), ids(&d.html)))
        .collect();
    for document in &documents {
        if document.is_whole_book() && !problems.is_empty() {
            continue;
        }
        assets_are_local(document, &mut problems);
        links_lead_somewhere(document, &folder, &ids, &mut problems);
        ids_are_unique(document, &mut problems);
        renderer_is_only_with_diagrams(document, &folder, &mut problems);
    }
    styles_are_local(&folder, &mut problems);
    problems.report();
}

/// Builds the book into a folder of the test's own, and keeps other runs of
/// the test away from it.
fn build() -> (PathBuf, File) {
    let folder = Built::find().scratch("html");
    let alone = alone::wait(&folder.with_extension("lock"));
    let mut book = book();
    book.config.build.build_dir = folder.clone();
    match alone.and_then(|alone| book.build().map(|()| alone)) {
        Ok(alone) => (folder, alone),
        Err(error) => panic!("the book does not build: {error:#}"),
    }
}

fn documents(folder: &Path) -> Vec<Document> {
    let paths = files_below(folder, "html");
    let documents = paths.into_iter().filter_map(|path| {
        let text = fs::read_to_string(&path).ok()?;
        let path = path.strip_prefix(folder).ok()?.to_owned();
        // Not part of the book: the page for an address that is wrong, whose
        // links start at the root of the site.
        let is_page = path != Path::new("404.html");
        is_page.then(|| Document {
            path,
            html: Html::parse_document(&text),
        })
    });
    let mut documents: Vec<Document> = documents.collect();
    documents.sort_by_key(Document::is_whole_book);
    documents
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn select<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("the selector is valid");
    html.select(&selector).collect()
}

fn ids(html: &Html) -> BTreeSet<String> {
    let with_id = select(html, "[id]").into_iter();
    let named = select(html, "a[name]").into_iter();
    let ids = with_id.filter_map(|element| element.attr("id"));
    let names = named.filter_map(|element| element.attr("name"));
    ids.chain(names).map(str::to_owned).collect()
}

/// A link leads to the first of two, so the second can't be reached.
fn ids_are_unique(document: &Document, problems: &mut Problems) {
    if document.is_whole_book() {
        return;
    }
    let mut seen = BTreeSet::new();
    for element in select(&document.html, "[id]") {
        let id = element.attr("id").unwrap_or_default();
        if !seen.insert(id) {
            let page = document.path.display();
            problems.add(format!("{page}: two elements have the id `{id}`"));
        }
    }
}

fn is_remote(address: &str) -> bool {
    let address = address.trim().to_ascii_lowercase();
    ["http:", "https:", "//"]
        .iter()
        .any(|start| address.starts_with(start))
}

fn assets_are_local(document: &Document, problems: &mut Problems) {
    let assets = "script[src], link[href], img[src], iframe[src], \
                  source[src], video[src], audio[src], embed[src], use[href]";
    for element in select(&document.html, assets) {
        let address = element.attr("src").or(element.attr("href"));
        let address = address.unwrap_or_default();
        let asset = element.attr("rel") != Some("canonical");
        problems.unless(!(asset && is_remote(address)), || {
            format!(
                "{}: <{}> loads {address} from the network: keep a copy in \
                 theme/ and load that",
                place(document, address),
                element.value().name(),
            )
        });
    }
    for style in select(&document.html, "style") {
        let text: String = style.text().collect();
        let path = document.path.display().to_string();
        style_is_local(&path, &text, problems);
    }
}

fn styles_are_local(folder: &Path, problems: &mut Problems) {
    for path in files_below(folder, "css") {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let path = path.strip_prefix(folder).unwrap_or(&path);
        style_is_local(&path.display().to_string(), &text, problems);
    }
}

fn style_is_local(path: &str, text: &str, problems: &mut Problems) {
    static REMOTE: LazyLock<Regex> = LazyLock::new(|| {
        let pattern =
            r#"(?i)(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)"#;
        Regex::new(pattern).expect("the pattern is valid")
    });
    for found in REMOTE.captures_iter(text) {
        problems.add(format!(
            "{path}: the style sheet loads {} from the network: keep a copy \
             in theme/ and load that",
            &found[1],
        ));
    }
}

fn links_lead_somewhere(
    document: &Document,
    folder: &Path,
    ids: &BTreeMap<PathBuf, BTreeSet<String>>,
    problems: &mut Problems,
) {
    let mut seen = BTreeSet::new();
    for element in select(&document.html, "[href], [src]") {
        let address = element.attr("href").or(element.attr("src"));
        let address = address.unwrap_or_default();
        if has_scheme(address) || !seen.insert(address.to_owned()) {
            continue;
        }
        if let Some(problem) = broken(&document.path, address, folder, ids) {
            let place = place(document, address);
            problems.add(format!("{place}: the link `{address}` {problem}"));
        }
    }
}

fn has_scheme(address: &str) -> bool {
    static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:[a-z][a-z0-9+.-]*:|//)").expect("it is valid")
    });
    SCHEME.is_match(address.trim())
}

/// What is wrong with a link, or `None`.
fn broken(
    from: &Path,
    address: &str,
    folder: &Path,
    ids: &BTreeMap<PathBuf, BTreeSet<String>>,
) -> Option<String> {
    let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
    let path = path.split('?').next().unwrap_or_default();
    let target = if path.is_empty() {
        from.to_owned()
    } else {
        resolve(from, path)
    };
    if !folder.join(&target).exists() {
        return Some(format!(
            "leads to {}, which the book does not have: mend the link",
            target.display(),
        ));
    }
    let ids = ids.get(&target)?;
    if fragment.is_empty() || ids.contains(fragment) {
        return None;
    }
    Some(format!(
        "leads to a place that {} does not have: `#` is followed by the \
         heading in small letters, with hyphens for spaces",
        target.display(),
    ))
}

fn resolve(from: &Path, path: &str) -> PathBuf {
    let mut target = PathBuf::new();
    let folder = from.parent().unwrap_or(Path::new(""));
    for part in folder.join(path).components() {
        match part {
            std::path::Component::ParentDir => {
                target.pop();
            }
            std::path::Component::CurDir => {}
            part => target.push(part),
        }
    }
    target
}

/// Where a reader of the sources finds the address, as well as it is known.
fn place(document: &Document, address: &str) -> String {
    let source = Path::new("src").join(&document.path).with_extension("md");
    let Ok(text) = fs::read_to_string(root().join(&source)) else {
        return document.path.display().to_string();
    };
    let written = address.replace(".html", ".md");
    let mut lines = text.lines();
    let line = lines
        .position(|line| line.contains(&written) || line.contains(address));
    match line {
        Some(line) => format!("{}:{}", source.display(), line + 1),
        None => source.display().to_string(),
    }
}

fn renderer_is_only_with_diagrams(
    document: &Document,
    folder: &Path,
    problems: &mut Problems,
) {
    if !select(&document.html, ".mermaid").is_empty() {
        return;
    }
    for script in select(&document.html, "script[src]") {
        let address = script.attr("src").unwrap_or_default();
        let path = folder.join(resolve(&document.path, address));
        let size = fs::metadata(path).map_or(0, |file| file.len());
        problems.unless(!(address.contains("mermaid") && size > LARGE), || {
            format!(
                "{}: the page has no diagram, but loads {address} of {size} \
                 bytes: load it by a script, and only where there is one",
                document.path.display(),
            )
        });
    }
}
