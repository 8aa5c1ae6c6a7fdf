//! A real browser without a window, over the DevTools protocol.
//!
//! Chromium reads requests from its descriptor 3 and writes answers to 4, as
//! JSON with a NUL behind each; a shell puts our two pipes there.
//! So it needs no port, and this package no crate for it.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the browser may take for one answer before it counts as stuck.
const LIMIT: Duration = Duration::from_secs(120);

/// The names under which Chromium is installed.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// A running browser; it ends when this is dropped.
pub struct Browser {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<Value>,
    last_id: u64,
    _profile: TempDir,
}

/// A page in a tab of its own, which is closed when this is dropped.
pub struct Page<'a> {
    browser: &'a mut Browser,
    target: Value,
    session: Value,
}

/// The first Chromium on `PATH`.
///
/// # Errors
///
/// A sentence, when there is none.
pub fn find() -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = places.into_iter().find(|place| place.is_file());
    let found = found.filter(|_| cfg!(unix));
    found.ok_or_else(|| {
        format!("install Chromium; none of {} is on PATH", NAMES.join(", "))
    })
}

impl Browser {
    /// Starts the browser in `program`.
    ///
    /// # Errors
    ///
    /// A sentence, when it does not start.
    pub fn start(program: &Path) -> Result<Browser, String> {
        let failed = |error: io::Error| {
            format!("can't start {}: {error}", program.display())
        };
        let profile = tempfile::tempdir().map_err(failed)?;
        let redirect =
            r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;
        let mut child = Command::new("sh")
            .args(["-c", redirect, "sh"])
            .arg(program)
            .args(["--headless", "--remote-debugging-pipe", "--disable-gpu"])
            // It refuses to run as root with a sandbox; the pages are ours.
            .args(["--no-sandbox", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let requests = child.stdin.take().expect("it is piped");
        let stdout = child.stdout.take().expect("it is piped");
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || read(stdout, &sender));
        Ok(Browser {
            child,
            requests,
            answers,
            last_id: 0,
            _profile: profile,
        })
    }

    /// Opens an empty page.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not answer.
    pub fn page(&mut self) -> Result<Page<'_>, String> {
        let url = json!({"url": "about:blank"});
        let mut target = self.call(None, "Target.createTarget", url)?;
        let target = target["targetId"].take();
        let attach = json!({"targetId": target, "flatten": true});
        let mut answer = self.call(None, "Target.attachToTarget", attach)?;
        let session = answer["sessionId"].take();
        let mut page = Page {
            browser: self,
            target,
            session,
        };
        // The page with the whole book prints itself when it is loaded.
        let script = json!({"source": "window.print = () => {};"});
        page.call("Page.enable", json!({}))?;
        page.call("Page.addScriptToEvaluateOnNewDocument", script)?;
        Ok(page)
    }

    fn call(
        &mut self,
        session: Option<&Value>,
        method: &str,
        params: Value,
    ) -> Result<Value, String> {
        self.last_id += 1;
        let id = self.last_id;
        let mut request = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            request["sessionId"] = session.clone();
        }
        let sent = write!(self.requests, "{request}\0");
        sent.and_then(|()| self.requests.flush())
            .map_err(|error| format!("the browser has ended: {error}"))?;
        loop {
            let answer = self.answers.recv_timeout(LIMIT);
            let mut answer = answer.map_err(|error| {
                format!("the browser does not answer {method}: {error}")
            })?;
            if answer["id"] != json!(id) {
                continue; // an event, or the answer to a page that is closed
            }
            if !answer["error"].is_null() {
                return Err(format!("{method}: {}", answer["error"]));
            }
            return Ok(answer["result"].take());
        }
    }
}

fn read(stdout: ChildStdout, sender: &Sender<Value>) {
    let messages = BufReader::new(stdout).split(0);
    for message in messages.map_while(Result::ok) {
        let Ok(message) = serde_json::from_slice(&message) else {
            return;
        };
        if sender.send(message).is_err() {
            return;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // By its own means, so that its other processes end too.
        let closed = self.call(None, "Browser.close", json!({}));
        if closed.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Page<'_> {
    /// Calls a method of the protocol for this page.
    ///
    /// # Errors
    ///
    /// The browser's answer, or that there is none.
    pub fn call(&mut self, name: &str, params: Value) -> Result<Value, String> {
        self.browser.call(Some(&self.session), name, params)
    }

    /// Loads a page of the book in `folder`, as `lock.html#the-problem`, and
    /// waits until it is loaded and its diagrams are drawn.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so within its limit.
    pub fn load(&mut self, folder: &Path, page: &str) -> Result<(), String> {
        let url = format!("file://{}/{page}", folder.display());
        let answer = self.call("Page.navigate", json!({"url": url}))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(format!("can't load {url}: {error}"));
        }
        self.until("document.readyState === 'complete'")?;
        self.until("!document.querySelector('.mermaid:not(.drawn, .failed)')")?;
        self.settle()
    }

    /// Waits until animations have ended and the page has been painted, and
    /// with it whatever its scripts do when a size changes.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so within its limit.
    pub fn settle(&mut self) -> Result<(), String> {
        self.until("!document.getAnimations().length")?;
        let painted = "new Promise(done => requestAnimationFrame(
            () => requestAnimationFrame(() => setTimeout(done))))";
        self.evaluate(painted).map(drop)
    }

    /// The value of an expression; of a promise, that of its result.
    ///
    /// # Errors
    ///
    /// What it throws, as a sentence.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let params = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let mut answer = self.call("Runtime.evaluate", params)?;
        match answer["exceptionDetails"].take() {
            Value::Null => Ok(answer["result"]["value"].take()),
            error => Err(format!("{expression}\nthrows {error}")),
        }
    }

    /// Waits until a condition holds.
    ///
    /// # Errors
    ///
    /// A sentence, when it does not hold within the limit.
    pub fn until(&mut self, condition: &str) -> Result<(), String> {
        let wait = format!(
            "new Promise(done => {{
                const look = () =>
                    {condition} ? done() : setTimeout(look, 10);
                look();
            }})"
        );
        self.evaluate(&wait).map(drop)
    }

    /// Presses and releases a key, by its name: `ArrowRight`.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so.
    pub fn press(&mut self, key: &str) -> Result<(), String> {
        let (key, code, text) = match key {
            "Enter" => (key, 13, "\r"),
            " " => (key, 32, " "),
            "Tab" => (key, 9, ""),
            "1" => (key, 49, "1"),
            "ArrowLeft" => (key, 37, ""),
            "ArrowRight" => (key, 39, ""),
            _ => return Err(format!("give the key `{key}` its number here")),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let params = json!({
                "type": kind,
                "key": key,
                "text": text,
                "windowsVirtualKeyCode": code,
            });
            self.call("Input.dispatchKeyEvent", params)?;
        }
        Ok(())
    }

    /// Makes the window of this size, in pixels of a style sheet.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<(), String> {
        let params = json!({
            "width": width,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", params)
            .map(drop)
    }

    /// Sets the medium, `screen` or `print`, and what the reader asks the
    /// system for, as `("prefers-reduced-motion", "reduce")`.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so.
    pub fn media(
        &mut self,
        medium: &str,
        wishes: &[(&str, &str)],
    ) -> Result<(), String> {
        let wishes: Vec<Value> = wishes
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let params = json!({"media": medium, "features": wishes});
        self.call("Emulation.setEmulatedMedia", params).map(drop)
    }

    /// Prints the page on A4, and returns the PDF.
    ///
    /// # Errors
    ///
    /// A sentence, when the browser does not do so.
    pub fn pdf(&mut self) -> Result<Vec<u8>, String> {
        let params = json!({
            "paperWidth": 8.27,
            "paperHeight": 11.69,
            "marginTop": 0.47,
            "marginBottom": 0.47,
            "marginLeft": 0.47,
            "marginRight": 0.47,
        });
        let answer = self.call("Page.printToPDF", params)?;
        let text = answer["data"].as_str().unwrap_or_default();
        Ok(decode(text))
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let target = json!({"targetId": self.target});
        // A tab that stays open disturbs nothing.
        let _ = self.browser.call(None, "Target.closeTarget", target);
    }
}

/// The bytes that a text in base64 stands for.
fn decode(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut count) = (0_u32, 0);
    let mut bytes = Vec::new();
    for six in text.bytes().filter_map(value) {
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        assert_eq!(decode("VGhyZWFk"), b"Thread");
        assert_eq!(decode("VGhyZWFkcw=="), b"Threads");
        assert_eq!(decode("_"), b"");
    }
}
