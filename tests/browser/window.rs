//! The browser window: where it opens, the pages that it shows, and a browser on another machine.

use crate::support::pty::Terminal;

use super::*;

/// In the form of sshd.
const SSH_CONNECTION: &str = "192.0.2.1 50000 192.0.2.2 22";

fn port_of(address: &str) -> u16 {
    Url::parse(address).unwrap().port().unwrap()
}

fn address_in(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("http"));
    line.unwrap().to_owned()
}

#[test]
fn login_over_ssh_explains_how_to_finish_on_another_machine() {
    let (openid, browser, _) = with_token(300);
    let command = browser.command(&["login", "--browser", "-q"]);
    let mut running = command.env("SSH_CONNECTION", SSH_CONNECTION).start();
    let shown = running.until_stderr("curl 'ADDRESS'");
    let back = openid.sign_in(&address_in(&shown));
    let port = port_of(&back);
    let forward = format!("ssh -L {port}:127.0.0.1:{port} this-host");
    assert!(shown.contains(&forward), "{shown}");
    // As `curl` does.
    assert!(visit(&back).contains("Signed in to here."));
    running.finish().succeeds();
    // A browser would start in the terminal.
    assert!(!browser.env.home.path("opened").exists());
}

#[test]
fn login_over_ssh_is_explained_at_a_narrow_terminal() {
    let (openid, browser, _) = with_token(300);
    let command = browser.command(&["login", "--browser"]);
    let command = command.env("SSH_CONNECTION", SSH_CONNECTION);
    // With a display, the browser is started, too.
    let mut terminal = Terminal::start(&command.env("DISPLAY", ":10"));
    terminal.resize(40, 60);
    let back = openid.sign_in(&browser.opened());
    let port = port_of(&back);
    let forward = format!("ssh -L {port}:127.0.0.1:{port} this-host");
    terminal.wait_until(&forward, |screen| {
        screen.replace('\n', "").contains(&forward)
    });
    visit(&back);
    terminal.wait_for("signed in to `here`");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn a_browser_on_this_machine_needs_no_explanation() {
    let (openid, browser, _) = with_token(300);
    let command = browser.command(&["login", "--browser"]);
    let running = command.env("WAYLAND_DISPLAY", "wayland-0").start();
    visit(&openid.sign_in(&browser.opened()));
    let output = running.finish().succeeds();
    assert!(!output.stderr.contains("ssh -L"), "{output}");
}

#[test]
fn an_opener_that_fails_is_reported() {
    let (openid, browser, _) = with_token(300);
    script(&browser.env.home, "xdg-open", "exit 3");
    let command = browser
        .command(&["login", "--browser"])
        .env("DISPLAY", ":0");
    let mut running = command.start();
    let shown = running.until_stderr("curl 'ADDRESS'");
    let failure = "could not start a browser (exit status: 3); open the page yourself";
    assert!(shown.contains(failure), "{shown}");
    visit(&openid.sign_in(&address_in(&shown)));
    running.finish().succeeds();
}

#[test]
fn an_opener_that_keeps_running_does_not_delay_the_sign_in() {
    let (openid, browser, _) = with_token(300);
    let note = browser.env.home.path("opened");
    let note = note.display();
    let lines = format!(
        "printf '%s' \"$1\" > '{note}.part' && mv '{note}.part' '{note}'\n\
         while [ -d \"$HOME\" ]; do sleep 0.1; done"
    );
    script(&browser.env.home, "xdg-open", &lines);
    browser.sign_in(&openid);
}

#[test]
fn the_final_page_stays_reachable_after_the_command() {
    let (openid, browser, _) = with_token(300);
    let mut back = String::new();
    let (output, page) = browser.login(&[], |address| {
        back = openid.sign_in(address);
        back.clone()
    });
    output.succeeds();
    for text in [
        "HTTP/1.1 200 OK",
        "<html lang=\"en\">",
        "name=\"viewport\"",
        "<h1>Signed in to here.</h1>",
        "<p>You can close this window.</p>",
    ] {
        assert!(page.contains(text), "{page}");
    }
    // A reload or a second tab.
    assert_eq!(visit(&back), page);
    let origin = Url::parse(&back).unwrap().origin().ascii_serialization();
    let other = visit(&format!("{origin}/other"));
    assert!(other.starts_with("HTTP/1.1 404") && other.contains("Page not found."));
}

#[test]
fn the_final_page_shows_a_failure() {
    let openid = OpenId::new(&["a.b.c"]);
    let browser = Browser::new(&openid);
    // Lagoon refuses the token after the browser has come back.
    let (output, page) = browser.login(&[], |address| openid.sign_in(address));
    output.ends_with(4);
    assert!(page.starts_with("HTTP/1.1 400"), "{page}");
    assert!(page.contains("Could not sign in to here."), "{page}");

    let (output, page) = browser.login(&[], |address| {
        let asked = way_back(address);
        let (redirect, state) = (&asked["redirect_uri"], &asked["state"]);
        format!("{redirect}/?state={state}&error=access_denied&error_description=%3Cb%3Eno")
    });
    output.ends_with(4);
    assert!(
        page.contains("The sign-in to here was cancelled."),
        "{page}"
    );
    assert!(page.contains("Reason: &lt;b&gt;no"), "{page}");
}

#[test]
fn a_timeout_explains_errors_of_the_page() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let late = browser.tasks(&["login", "--browser", "--timeout", "1s"]);
    let stderr = late.ends_with(4).stderr;
    for text in [
        "`Client not found`, this Keycloak has no client `lagoon-cli`",
        "`Invalid parameter: redirect_uri`",
        "--timeout TIME",
    ] {
        assert!(stderr.contains(text), "{stderr}");
    }
}
