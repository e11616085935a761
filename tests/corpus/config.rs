//! Configuration: errors name positions that the file has, and edits change only their own
//! entries.

use std::path::Path;

use lagoon_tasks::internal::{Config, ConfigError, Context, ContextName, Editor, api_address};

use super::place;

pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    ours(text);
    lagoon_cli(text);
}

fn ours(text: &str) {
    let path = Path::new("/conf/config.toml");
    let config = match Config::parse(path, text) {
        Ok(config) => config,
        Err(error) => return is_in(&error, text),
    };
    for (_, why) in &config.broken {
        is_in(why, text);
    }
    for context in &config.contexts {
        let (_, mut editor) = Editor::of(path, text).expect("it was read before");
        editor.set_context(context);
        same(&edited(&editor), &config.contexts, "set as it is");
    }
    let (_, mut editor) = Editor::of(path, text).expect("it was read before");
    let name: ContextName = "a.new-one".parse().expect("a name");
    let address = api_address("https://lagoon.example").expect("an address");
    let new = Context::new(name.clone(), address);
    editor.set_context(&new);
    editor.set_current(&name);
    let more = edited(&editor);
    assert_eq!(more.context(&name), Some(&new));
    assert_eq!(more.current.as_ref(), Some(&name));
    editor.remove_context(&name);
    let mut others = config.contexts;
    others.retain(|context| context.name != name);
    let less = edited(&editor);
    same(&less, &others, "without the new one");
    assert_eq!(less.current, None);
}

fn edited(editor: &Editor) -> Config {
    let text = editor.text();
    Config::parse(Path::new("/conf/config.toml"), &text)
        .unwrap_or_else(|error| panic!("{error} in what was written:\n{text}"))
}

/// True if both have the same contexts, in any order: new ones may be inserted before others.
fn same(config: &Config, expected: &[Context], what: &str) {
    assert_eq!(config.contexts.len(), expected.len(), "{what}");
    for context in expected {
        assert_eq!(config.context(&context.name), Some(context), "{what}");
    }
}

fn lagoon_cli(text: &str) {
    let path = Path::new("/home/me/.lagoon.yml");
    let config = Config::empty(path.to_owned()).with_lagoon_cli_text(path, text);
    if let Some(failure) = config.lagoon_cli.and_then(|file| file.failure) {
        is_in(&failure, &place::lines_of_yaml(text));
    }
    for (name, why) in &config.broken {
        assert!(why.message.contains(&*name.escape_debug().to_string()));
    }
}

fn is_in(error: &ConfigError, text: &str) {
    if let Some((line, column)) = error.position {
        assert!(place::is_in(text, line, column), "{error}");
    }
}
