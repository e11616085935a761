//! Branch and remotes from git's HEAD and config files, without starting git. Included files and
//! rewritten addresses are not supported.

use std::path::{Path, PathBuf};

use super::LONGEST;
use crate::domain::names::each_once;
use crate::regular_file;

/// More remotes than anyone has: each costs a request.
const MOST_REMOTES: usize = 8;

pub(super) struct GitFiles {
    /// The error is a sentence.
    pub(super) branch: Result<String, String>,
    pub(super) remotes: Vec<String>,
}

/// The error is a sentence.
pub(super) fn read(dot_git: &Path) -> Result<GitFiles, String> {
    let found = folders(dot_git);
    let (own, common) =
        found.map_err(|error| format!("cannot read {}: {error}", dot_git.display()))?;
    let branch = branch(&own);
    let config = text(&common.join("config")).unwrap_or_default();
    let remotes = remotes(&config, branch.as_deref().ok());
    Ok(GitFiles { branch, remotes })
}

fn text(path: &Path) -> std::io::Result<String> {
    regular_file::text(path, LONGEST)
}

/// The working tree's folder, and the one shared with others.
fn folders(dot_git: &Path) -> std::io::Result<(PathBuf, PathBuf)> {
    let own = if dot_git.is_dir() {
        dot_git.to_owned()
    } else {
        // In a submodule or an additional working tree, `.git` is a file with the path of the
        // folder.
        let content = text(dot_git)?;
        let content = content.strip_prefix("gitdir:").unwrap_or(&content).trim();
        dot_git.parent().unwrap_or(Path::new("")).join(content)
    };
    let common = match text(&own.join("commondir")) {
        Ok(content) => own.join(content.trim()),
        Err(_) => own.clone(),
    };
    // A path in a checkout can name any folder; only a git folder is read.
    for folder in [&own, &common] {
        if !folder.join("HEAD").is_file() {
            return Err(std::io::Error::other(format!(
                "{} is not a git folder: it has no HEAD",
                folder.display()
            )));
        }
    }
    Ok((own, common))
}

fn branch(folder: &Path) -> Result<String, String> {
    let head = text(&folder.join("HEAD"));
    let head = head.map_err(|error| format!("cannot read git's HEAD: {error}"))?;
    match head.trim().strip_prefix("ref: refs/heads/") {
        // A repository with another reference format (reftable) has only this content in HEAD.
        Some(".invalid") | None => Err("git's HEAD is not on a branch".to_owned()),
        Some(branch) => Ok(branch.to_owned()),
    }
}

/// The addresses of the branch's remote, `origin`, `upstream` and the others, in this order.
fn remotes(config: &str, branch: Option<&str>) -> Vec<String> {
    let mut remotes: Vec<(String, String)> = Vec::new();
    let mut tracked = None;
    for entry in entries(config) {
        match (entry.section.as_str(), entry.key.as_str()) {
            // git fetches from the first of several addresses.
            ("remote", "url") if !remotes.iter().any(|(name, _)| *name == entry.name) => {
                remotes.push((entry.name, entry.value));
            }
            ("branch", "remote") if branch == Some(&entry.name) => tracked = Some(entry.value),
            _ => {}
        }
    }
    let first = [tracked.as_deref(), Some("origin"), Some("upstream")];
    remotes.sort_by_key(|(name, _)| {
        let rank = first.iter().position(|first| *first == Some(name.as_str()));
        rank.unwrap_or(first.len())
    });
    let urls = remotes.into_iter().map(|(_, url)| url);
    let mut found = each_once(urls.filter(|url| !url.is_empty()));
    found.truncate(MOST_REMOTES);
    found
}

struct ConfigSection {
    section: String,
    name: String,
    key: String,
    value: String,
}

fn entries(config: &str) -> Vec<ConfigSection> {
    let joined = config.replace("\r\n", "\n").replace("\\\n", "");
    let (mut section, mut name) = (String::new(), String::new());
    let mut found = Vec::new();
    for line in joined.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix('[') {
            let (head, quoted) = rest.split_once('"').unwrap_or((rest, ""));
            section = head
                .split(']')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase();
            name = unquoted(&format!("\"{quoted}"));
        } else if let Some((key, value)) = line.split_once('=')
            && !line.starts_with(['#', ';'])
        {
            found.push(ConfigSection {
                section: section.clone(),
                name: name.clone(),
                key: key.trim().to_lowercase(),
                value: unquoted(value.trim()),
            });
        }
    }
    found
}

/// Removes quotes, escapes and a trailing comment. A section's name ends at its second quote.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let (mut is_quoted, mut chars) = (false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => {}
            },
            '#' | ';' | ']' if !is_quoted => break,
            c => out.push(c),
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::write;
    use super::*;

    const CONFIG: &str = "[core]\n\tbare = false ; no\n[remote \"origin\"]\n\turl = \"git@example.com:shop.git\" # it\n\
        \turl = second\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[Remote \"up \\\"stream\"]\r\n\
        \tURL = https://example.com/\\\nshop\n[branch \"main\"]\n\tremote = up \\\"stream\n";

    #[test]
    fn the_branch_remote_takes_precedence_over_origin_and_upstream() {
        let (origin, other) = ("git@example.com:shop.git", "https://example.com/shop");
        assert_eq!(remotes(CONFIG, None), [origin, other]);
        assert_eq!(remotes(CONFIG, Some("main")), [other, origin]);
        assert_eq!(remotes("[remote \"x\"]\nurl = a", None), ["a"]);
        let of = |name: &str| format!("[remote \"{name}\"]\nurl = {name}\n");
        let several = ["fork", "upstream", "backup", "origin"].map(of).concat();
        let order = ["origin", "upstream", "fork", "backup"];
        assert_eq!(remotes(&several, Some("main")), order);
        let tracked = format!("{several}[branch \"main\"]\nremote = backup\n");
        let order = ["backup", "origin", "upstream", "fork"];
        assert_eq!(remotes(&tracked, Some("main")), order);
        assert_eq!(remotes("[[[ nonsense", None), [""; 0]);
        let many: String = (0..99).map(|n| of(&n.to_string())).collect();
        assert_eq!(remotes(&many, None).len(), MOST_REMOTES);
    }

    #[test]
    fn working_trees_and_submodules_are_followed() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        write(top, "main/.git/HEAD", "ref: refs/heads/main\n");
        write(top, "main/.git/config", "[remote \"origin\"]\n\turl = a\n");
        write(
            top,
            "main/.git/worktrees/t/HEAD",
            "ref: refs/heads/feature/t\n",
        );
        write(top, "main/.git/worktrees/t/commondir", "../..\n");
        let folder = top.join("main/.git/worktrees/t");
        write(top, "t/.git", &format!("gitdir: {}\n", folder.display()));
        write(top, "main/.git/modules/sub/HEAD", "0123456789\n");
        write(
            top,
            "main/.git/modules/sub/config",
            "[remote \"origin\"]\nurl = s\n",
        );
        write(top, "main/sub/.git", "gitdir: ../.git/modules/sub\n");
        let read = |path: &str| {
            let found = super::read(&top.join(path)).ok()?;
            Some((found.branch.ok(), found.remotes.concat()))
        };
        let on = |branch: &str, remote: &str| Some((Some(branch.to_owned()), remote.to_owned()));
        assert_eq!(read("main/.git"), on("main", "a"));
        assert_eq!(read("t/.git"), on("feature/t", "a"));
        // A detached HEAD.
        assert_eq!(read("main/sub/.git"), Some((None, "s".to_owned())));
        write(top, "broken/.git", "gitdir: gone\n");
        assert_eq!(read("broken/.git"), None);
    }
}
