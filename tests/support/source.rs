//! Rust sources as tokens: the names, calls and declarations of a file, without its tests.
//!
//! Tokens, not text: comments and strings cannot deceive, and the bodies of macros are seen too.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A name, a call or a path, and its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedItem {
    pub(crate) line: usize,
    pub(crate) name: String,
}

/// A method call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) line: usize,
    pub(crate) method: String,
    /// From the call back to the root.
    pub(crate) receivers: Vec<String>,
}

/// The facts of one file, without its tests.
#[derive(Debug, Default)]
pub(crate) struct SourceFacts {
    /// Every path of two segments or more, those of `use` one by one; what starts with `crate`,
    /// Paths with `self` or `super` begin at the crate's root, as in `crate::terminal::Ui`.
    pub(crate) paths: Vec<NamedItem>,
    /// `println` for `println!(…)`.
    pub(crate) macros: Vec<NamedItem>,
    /// `unwrap` for `x.unwrap()`.
    pub(crate) methods: Vec<NamedItem>,
    /// The calls that each method call is chained to, and the variable it begins with: `app`, `lagoon()`
    /// for `url` in `app.lagoon().await?.url()`.
    pub(crate) chains: Vec<Chain>,
    /// The paths of `pub use`.
    pub(crate) reexports: Vec<NamedItem>,
    /// The literals of strings, but for documentation.
    pub(crate) strings: Vec<NamedItem>,
    /// `Debug` for `#[derive(Debug)]`, and every other word in an attribute.
    pub(crate) attributes: Vec<NamedItem>,
    /// The modules in files of their own that only tests have.
    pub(crate) test_modules: Vec<String>,
}

/// Every file with this suffix under a folder, in order; none when the folder is not there.
pub(crate) fn files_under(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = all_files_under(folder);
    found.retain(|path| path.extension().is_some_and(|found| found == suffix));
    found
}

/// Every file under a folder, in order; none when the folder is not there.
pub(crate) fn all_files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The module that a file under `src` holds: `["commands", "list"]` for `commands/list.rs`.
pub(crate) fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if matches!(
        module.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        module.pop();
    }
    module
}

impl SourceFacts {
    /// Reads a file's text; `module` is its path in the crate.
    pub(crate) fn parse(text: &str, module: &[String]) -> Result<SourceFacts, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
        let mut source = SourceFacts::default();
        source.walk(&trees(tokens), module);
        Ok(source)
    }

    fn walk(&mut self, tokens: &[TokenTree], module: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(tokens, at, module);
        }
    }

    /// Reads the item at `at` and returns the position after it.
    fn step(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) -> usize {
        if let Some(attribute) = attribute(tokens, at) {
            if is_for_tests(&attribute) {
                return self.skip_item(tokens, at + 2);
            }
            self.words(&attribute);
            if !matches!(attribute.first(), Some(TokenTree::Ident(word)) if *word == "doc") {
                self.walk(&attribute, module);
            }
            return at + 2;
        }
        match &tokens[at] {
            TokenTree::Ident(word) if *word == "use" => {
                let end = tokens[at..]
                    .iter()
                    .position(|token| is_punct(token, ';'))
                    .map_or(tokens.len(), |length| at + length);
                let before = self.paths.len();
                self.use_tree(&tokens[at + 1..end], &[], module);
                if at > 0 && matches!(&tokens[at - 1], TokenTree::Ident(word) if *word == "pub") {
                    self.reexports.extend_from_slice(&self.paths[before..]);
                }
                end + 1
            }
            TokenTree::Ident(word) if *word == "mod" => match tokens.get(at + 1..at + 3) {
                Some([TokenTree::Ident(name), TokenTree::Group(body)]) => {
                    let mut inner = module.to_vec();
                    inner.push(name.to_string());
                    self.walk(&trees(body.stream()), &inner);
                    at + 3
                }
                _ => at + 1,
            },
            TokenTree::Ident(_) => self.path(tokens, at, module),
            TokenTree::Group(group) => {
                self.walk(&trees(group.stream()), module);
                at + 1
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with(['"', 'r']) {
                    let (line, name) = (line(&tokens[at]), text);
                    self.strings.push(NamedItem { line, name });
                }
                at + 1
            }
            TokenTree::Punct(_) => at + 1,
        }
    }

    fn path(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) -> usize {
        let line = line(&tokens[at]);
        let mut segments = vec![tokens[at].to_string()];
        let mut end = at + 1;
        while is_colons(tokens, end)
            && let Some(TokenTree::Ident(next)) = tokens.get(end + 2)
        {
            segments.push(next.to_string());
            end += 3;
        }
        let last = segments.last().cloned().unwrap_or_default();
        let called = match tokens.get(end) {
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
            _ => is_colons(tokens, end),
        };
        if at > 0 && is_punct(&tokens[at - 1], '.') && called {
            self.chains.push(Chain {
                line,
                method: last.clone(),
                receivers: receivers(&tokens[..at - 1]),
            });
            self.methods.push(NamedItem { line, name: last });
        } else if matches!(tokens.get(end), Some(TokenTree::Punct(mark))
            if mark.as_char() == '!' && mark.spacing() == Spacing::Alone)
        {
            self.macros.push(NamedItem { line, name: last });
        }
        self.record(line, segments, module);
        end
    }

    fn record(&mut self, line: usize, segments: Vec<String>, module: &[String]) {
        let segments = from_the_root(segments, module);
        if segments.len() > 1 {
            self.paths.push(NamedItem {
                line,
                name: segments.join("::"),
            });
        }
    }

    /// `a::{b, c::d}` as `a::b` and `a::c::d`.
    fn use_tree(&mut self, tokens: &[TokenTree], prefix: &[String], module: &[String]) {
        for branch in tokens.split(|token| is_punct(token, ',')) {
            let mut segments = prefix.to_vec();
            for token in branch {
                match token {
                    TokenTree::Ident(word) if *word == "as" => break,
                    TokenTree::Ident(word) => segments.push(word.to_string()),
                    TokenTree::Punct(mark) if mark.as_char() == '*' => {
                        segments.push(String::from("*"));
                    }
                    TokenTree::Group(group) => {
                        self.use_tree(&trees(group.stream()), &segments, module);
                        segments.clear();
                    }
                    _ => {}
                }
            }
            if segments.len() > prefix.len()
                && let Some(first) = branch.first()
            {
                if !prefix.is_empty() && segments.last().is_some_and(|last| last == "self") {
                    segments.pop();
                }
                self.record(line(first), segments, module);
            }
        }
    }

    fn words(&mut self, tokens: &[TokenTree]) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => self.attributes.push(NamedItem {
                    line: line(token),
                    name: word.to_string(),
                }),
                TokenTree::Group(group) => self.words(&trees(group.stream())),
                _ => {}
            }
        }
    }

    /// Passes over the item at `at`, its further attributes included.
    fn skip_item(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        while attribute(tokens, at).is_some() {
            at += 2;
        }
        let ends_with_semicolon = |word: &TokenTree| {
            ["use", "const", "static", "type"]
                .iter()
                .any(|keyword| matches!(word, TokenTree::Ident(word) if word == keyword))
        };
        let rest = &tokens[at.min(tokens.len())..];
        let signature = rest
            .iter()
            .position(|token| is_punct(token, ';') || is_block(token))
            .unwrap_or(rest.len());
        // `const fn` has a body like any other.
        let is_fn = rest[..signature]
            .iter()
            .any(|token| matches!(token, TokenTree::Ident(word) if *word == "fn"));
        let length = if !is_fn && rest[..signature].iter().any(ends_with_semicolon) {
            rest.iter().position(|token| is_punct(token, ';'))
        } else {
            Some(signature)
        };
        if let [.., TokenTree::Ident(keyword), TokenTree::Ident(name)] = &rest[..signature]
            && *keyword == "mod"
            && rest
                .get(signature)
                .is_some_and(|token| is_punct(token, ';'))
        {
            self.test_modules.push(name.to_string());
        }
        length.map_or(tokens.len(), |length| at + length + 1)
    }
}

/// The receiver of a method call, read backwards from the end of these tokens; fields are omitted.
fn receivers(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = tokens;
    loop {
        let mut is_call = false;
        while let [before @ .., last] = rest {
            match last {
                TokenTree::Punct(mark) if mark.as_char() == '?' => {}
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    is_call = true;
                }
                _ => break,
            }
            rest = before;
        }
        let [before @ .., TokenTree::Ident(name)] = rest else {
            return found;
        };
        let is_root = !before.last().is_some_and(|token| is_punct(token, '.'));
        if is_call {
            found.push(format!("{name}()"));
        } else if is_root {
            found.push(name.to_string());
        }
        if is_root {
            return found;
        }
        rest = &before[..before.len() - 1];
    }
}

/// `crate`, `self`, `super` and the library's own name become `crate` and the whole way.
fn from_the_root(segments: Vec<String>, module: &[String]) -> Vec<String> {
    let mut base = module.to_vec();
    let mut rest = segments.as_slice();
    match segments.first().map(String::as_str) {
        Some("crate" | "lagoon_tasks") => {
            base.clear();
            rest = &rest[1..];
        }
        Some("self" | "super") if segments.len() > 1 => {
            while let Some((first, others)) = rest.split_first() {
                match first.as_str() {
                    "self" => {}
                    "super" => {
                        base.pop();
                    }
                    _ => break,
                }
                rest = others;
            }
        }
        _ => return segments,
    }
    let mut whole = vec![String::from("crate")];
    whole.extend(base);
    whole.extend_from_slice(rest);
    whole
}

fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == mark)
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at..at + 2), Some([first, second])
        if is_punct(first, ':') && is_punct(second, ':'))
}

/// The tokens within `#[…]`, if that begins at `at`.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<Vec<TokenTree>> {
    match tokens.get(at..at + 2)? {
        [hash, TokenTree::Group(group)]
            if is_punct(hash, '#') && group.delimiter() == Delimiter::Bracket =>
        {
            Some(trees(group.stream()))
        }
        _ => None,
    }
}

/// `test`, `tokio::test` and `cfg(test)`, `cfg(all(test, …))`; not `cfg(not(test))`.
fn is_for_tests(attribute: &[TokenTree]) -> bool {
    match attribute {
        [TokenTree::Ident(cfg), TokenTree::Group(condition)] if *cfg == "cfg" => {
            let condition = trees(condition.stream());
            match condition.as_slice() {
                [TokenTree::Ident(only)] => *only == "test",
                [TokenTree::Ident(all), TokenTree::Group(of)] if *all == "all" => {
                    trees(of.stream())
                        .iter()
                        .any(|token| matches!(token, TokenTree::Ident(word) if *word == "test"))
                }
                _ => false,
            }
        }
        [.., TokenTree::Ident(last)] => *last == "test",
        // `#[tokio::test(flavor = "…")]`
        [.., TokenTree::Ident(last), TokenTree::Group(_)] => *last == "test",
        _ => false,
    }
}
