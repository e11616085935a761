use str

set edit:completion:arg-completer[tasks] = {|@words|
    env COMPLETE=elvish tasks -- $@words 2>/dev/null | from-lines | each {|line|
        var value @about = (str:split "\t" $line)
        # An unfinished candidate, such as a folder, is not followed by a space.
        var suffix = ' '
        if (or (str:has-suffix $value =) (str:has-suffix $value /)) {
            set suffix = ''
        }
        edit:complex-candidate $value &code-suffix=$suffix &display=(str:join '  ' [$value $@about])
    }
}
