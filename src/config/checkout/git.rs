//! Branch and remote from git's HEAD and config files, without starting git. Included files and
//! rewritten addresses are not supported.

use std::path::{Path, PathBuf};

use super::LONGEST;
use crate::regular_file;

pub(super) fn read(dot_git: &Path, notes: &mut Vec<String>) -> (Option<String>, Option<String>) {
    match folders(dot_git) {
        Ok((own, common)) => {
            let branch = branch(&own, notes);
            let config = text(&common.join("config")).unwrap_or_default();
            let remote = remote(&config, branch.as_deref());
            (branch, remote)
        }
        Err(error) => {
            notes.push(format!("cannot read {}: {error}", dot_git.display()));
            (None, None)
        }
    }
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

fn branch(folder: &Path, notes: &mut Vec<String>) -> Option<String> {
    let head = match text(&folder.join("HEAD")) {
        Ok(head) => head,
        Err(error) => {
            notes.push(format!("cannot read git's HEAD: {error}"));
            return None;
        }
    };
    match head.trim().strip_prefix("ref: refs/heads/") {
        // A repository with another reference format (reftable) has only this content in HEAD.
        Some(".invalid") | None => {
            notes.push("git's HEAD is not on a branch".to_owned());
            None
        }
        Some(branch) => Some(branch.to_owned()),
    }
}

/// The address of the branch's remote, else of `origin`, else of the only remote.
fn remote(config: &str, branch: Option<&str>) -> Option<String> {
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
    let named = |wanted: &str| remotes.iter().find(|(name, _)| name == wanted);
    let only = || remotes.first().filter(|_| remotes.len() == 1);
    let found = tracked.as_deref().and_then(named);
    let found = found.or_else(|| named("origin")).or_else(only)?;
    Some(found.1.clone()).filter(|url| !url.is_empty())
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
    fn the_branch_remote_takes_precedence_over_origin() {
        assert_eq!(
            remote(CONFIG, None).as_deref(),
            Some("git@example.com:shop.git")
        );
        assert_eq!(
            remote(CONFIG, Some("main")).as_deref(),
            Some("https://example.com/shop")
        );
        assert_eq!(
            remote("[remote \"x\"]\nurl = a", None).as_deref(),
            Some("a")
        );
        let two = "[remote \"x\"]\nurl = a\n[remote \"y\"]\nurl = b\n";
        assert_eq!(remote(two, Some("main")), None);
        assert_eq!(remote("[[[ nonsense", None), None);
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
            let mut notes = Vec::new();
            let (branch, remote) = super::read(&top.join(path), &mut notes);
            (
                branch.unwrap_or_default(),
                remote.unwrap_or_default(),
                notes.len(),
            )
        };
        assert_eq!(read("main/.git"), ("main".into(), "a".into(), 0));
        assert_eq!(read("t/.git"), ("feature/t".into(), "a".into(), 0));
        // A detached HEAD.
        assert_eq!(read("main/sub/.git"), (String::new(), "s".into(), 1));
        write(top, "broken/.git", "gitdir: gone\n");
        assert_eq!(read("broken/.git"), (String::new(), String::new(), 1));
    }
}
