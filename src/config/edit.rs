//! Edits the configuration file, keeping comments and order.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

use super::{Config, ConfigError, Context, ContextName, FILE, SshKey, read};

/// Locked against other editors until [`Editor::save`] or drop.
pub struct Editor {
    path: PathBuf,
    document: DocumentMut,
    /// Only its owner may read the file, which contains a private key.
    is_private: bool,
    _lock: Option<File>,
}

impl Editor {
    pub fn open(folder: &Path) -> Result<(Config, Editor), ConfigError> {
        let path = folder.join(FILE);
        fs::create_dir_all(folder).map_err(|e| ConfigError::io(folder, "make", &e))?;
        let lock = lock(folder).map_err(|e| ConfigError::io(folder, "lock", &e))?;
        let text = read::text(&path)?;
        let (config, editor) = Editor::of(&path, &text)?;
        let editor = Editor {
            _lock: lock,
            ..editor
        };
        Ok((config, editor))
    }

    /// Without a file or lock.
    pub fn of(path: &Path, text: &str) -> Result<(Config, Editor), ConfigError> {
        let config = read::parse(path, text)?;
        let document = text
            .parse()
            .map_err(|e: toml_edit::TomlError| ConfigError::new(path, e.message()))?;
        let editor = Editor {
            path: path.to_owned(),
            document,
            is_private: config.contexts.iter().any(holds_key),
            _lock: None,
        };
        Ok((config, editor))
    }

    pub fn text(&self) -> String {
        self.document.to_string()
    }

    pub fn set_context(&mut self, context: &Context) {
        // Paths below the file's folder are relative, so that both can move together.
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let shown = |path: &PathBuf| {
            let path = path.strip_prefix(&folder).unwrap_or(path);
            Value::from(path.display().to_string())
        };
        let key = |key: &SshKey| {
            let given = Path::new(key.expose());
            let below = given.is_absolute().then(|| given.strip_prefix(&folder));
            match below {
                Some(Ok(below)) => Value::from(format!("./{}", below.display())),
                _ => Value::from(key.expose()),
            }
        };
        self.is_private |= holds_key(context);
        let Some(contexts) = self.contexts() else {
            return;
        };
        let name = context.name.as_str();
        if !contexts.contains_key(name) {
            contexts.insert(name, Item::Table(Table::new()));
        }
        let Some(table) = contexts.get_mut(name).and_then(Item::as_table_like_mut) else {
            return;
        };
        set(table, "api", Some(context.api.as_str().into()));
        let project = context.project.as_deref();
        set(table, "project", project.map(Value::from));
        set(table, "ca_file", context.ca_file.as_ref().map(shown));
        set(table, "allow_http", context.allow_http.then(|| true.into()));
        let ui_url = context.ui_url.as_ref().map(|u| Value::from(u.as_str()));
        set(table, "ui_url", ui_url);
        let ssh = context.ssh.as_ref();
        set(table, "ssh_host", ssh.map(|s| s.host().into()));
        set(table, "ssh_port", ssh.map(|s| i64::from(s.port()).into()));
        set(table, "ssh_key", context.ssh_key.as_ref().map(key));
        let endpoint = context.authorization_endpoint.as_ref();
        let endpoint = endpoint.map(|u| Value::from(u.as_str()));
        set(table, "authorization_endpoint", endpoint);
    }

    pub fn remove_context(&mut self, name: &ContextName) {
        if let Some(contexts) = self.contexts() {
            contexts.remove(name.as_str());
        }
        if self.document.get("current").and_then(Item::as_str) == Some(name.as_str()) {
            self.document.remove("current");
        }
    }

    pub fn set_current(&mut self, name: &ContextName) {
        let name = Some(name.as_str().into());
        set(self.document.as_table_mut(), "current", name);
    }

    /// After an error, the old file is unchanged.
    pub fn save(self) -> Result<(), ConfigError> {
        write(&self.path, &self.text(), self.is_private)
            .map_err(|e| ConfigError::io(&self.path, "write", &e))
    }

    fn contexts(&mut self) -> Option<&mut dyn TableLike> {
        let contexts = self.document.entry("contexts").or_insert_with(|| {
            let mut table = Table::new();
            // Without this, an empty `[contexts]` header would precede `[contexts.acme]`.
            table.set_implicit(true);
            Item::Table(table)
        });
        contexts.as_table_like_mut()
    }
}

fn set(table: &mut dyn TableLike, key: &str, new: Option<Value>) {
    let Some(mut new) = new else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

/// Locks the folder itself, so that no lock file stays behind.
#[cfg(unix)]
fn lock(folder: &Path) -> std::io::Result<Option<File>> {
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(Some(folder))
}

#[cfg(not(unix))]
fn lock(_folder: &Path) -> std::io::Result<Option<File>> {
    Ok(None)
}

fn holds_key(context: &Context) -> bool {
    context.ssh_key.as_ref().is_some_and(SshKey::is_secret)
}

fn write(path: &Path, text: &str, is_private: bool) -> std::io::Result<()> {
    // The file may be a link into a dotfiles repository: the link's target is replaced, not the
    // link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = builder(&path, is_private).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    Ok(())
}

/// For a file with a key, readable by its owner only. Without one, it gets the permissions of the old
/// file, or those that the umask gives new files.
#[cfg(unix)]
fn builder(path: &Path, is_private: bool) -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let open = || fs::Permissions::from_mode(0o666);
    let permissions = if is_private {
        fs::Permissions::from_mode(0o600)
    } else {
        fs::metadata(path).map_or_else(|_| open(), |m| m.permissions())
    };
    let mut builder = tempfile::Builder::new();
    builder.permissions(permissions);
    builder
}

#[cfg(not(unix))]
fn builder(_: &Path, _: bool) -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::api_address;

    fn context(name: &str, project: Option<&str>) -> Context {
        let api = api_address("https://api.example.com").unwrap();
        Context {
            project: project.map(str::to_owned),
            ..Context::new(name.parse().unwrap(), api)
        }
    }

    fn edit(folder: &Path, change: impl FnOnce(&mut Editor)) -> String {
        let (_, mut editor) = Editor::open(folder).unwrap();
        change(&mut editor);
        editor.save().unwrap();
        fs::read_to_string(folder.join(FILE)).unwrap()
    }

    #[test]
    fn adding_the_first_context_creates_folder_and_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        let text = edit(&folder, |e| {
            e.set_context(&context("acme", Some("shop")));
            e.set_current(&"acme".parse().unwrap());
        });
        assert_eq!(
            text,
            "current = \"acme\"\n\n[contexts.acme]\napi = \"https://api.example.com/graphql\"\nproject = \"shop\"\n"
        );
    }

    #[test]
    fn editing_keeps_comments() {
        let home = tempfile::tempdir().unwrap();
        let before = "# mine\ncurrent = \"a\" # for now\n\n# the first\n[contexts.a]\n\
                      api = \"https://old.example/graphql\" # tmp\nproject = \"x\"\n\n[contexts.b]\napi = \"https://b/\"\n";
        fs::write(home.path().join(FILE), before).unwrap();
        let text = edit(home.path(), |e| {
            e.set_context(&context("a", None));
            e.remove_context(&"b".parse().unwrap());
        });
        assert_eq!(
            text,
            "# mine\ncurrent = \"a\" # for now\n\n# the first\n[contexts.a]\n\
             api = \"https://api.example.com/graphql\" # tmp\n"
        );
    }

    #[test]
    fn removing_the_current_context_leaves_none_current() {
        let home = tempfile::tempdir().unwrap();
        let name: ContextName = "acme".parse().unwrap();
        edit(home.path(), |e| {
            e.set_context(&context("acme", None));
            e.set_current(&name);
        });
        edit(home.path(), |e| e.remove_context(&name));
        let config = Config::load(home.path()).unwrap();
        assert!(config.current.is_none() && config.contexts.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn editing_keeps_a_symbolic_link() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("dotfile");
        fs::write(&real, "").unwrap();
        let folder = home.path().join("conf");
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(&real, folder.join(FILE)).unwrap();
        edit(&folder, |e| e.set_context(&context("acme", None)));
        assert!(folder.join(FILE).is_symlink());
        assert!(fs::read_to_string(real).unwrap().contains("acme"));
    }
}
