#!/bin/sh
# Publish outbox/site to the branch that the web server serves: .ci/publish BRANCH
#
# Pages are replaced. Files in assets/ are kept for ever, because mails already sent show them. The name of an asset
# contains the hash of its source file in the project. Nothing is pushed if nothing changed. Afterwards, FETCH_HEAD
# is the published branch.
#
# PUBLISH_LOGIN, if set, is NAME:TOKEN for the remote repository. It is passed to git in the environment, and only to
# commands that contact the remote. It is never written to a file or a command line, where others could read it.
set -eu
branch=$1
login=${PUBLISH_LOGIN:-}
unset PUBLISH_LOGIN
[ -d outbox/site ] || { echo 'there is no outbox/site: run newsletter build first' >&2; exit 1; }

remote() (
    if [ -n "$login" ]; then
        url=$(git remote get-url origin)
        header="Authorization: Basic $(printf %s "$login" | base64 | tr -d '\n')"
        n=${GIT_CONFIG_COUNT:-0}
        export GIT_CONFIG_COUNT=$((n + 1)) "GIT_CONFIG_KEY_$n=http.$url.extraHeader" "GIT_CONFIG_VALUE_$n=$header"
    fi
    git "$@"
)

site=$(mktemp -d)
trap 'git worktree remove --force "$site" 2>/dev/null || rm -rf "$site"' EXIT

# Status 2 means that the branch does not exist yet. Any other failure must end the script, or assets would be lost.
status=0
remote ls-remote --exit-code --heads origin "refs/heads/$branch" >/dev/null || status=$?
case $status in
0)
    remote fetch --quiet --depth 1 origin "refs/heads/$branch"
    git worktree add --quiet --detach "$site" FETCH_HEAD
    ;;
2)
    git worktree add --quiet --detach "$site" HEAD
    git -C "$site" checkout --quiet --orphan "$branch"
    git -C "$site" rm -rfq --ignore-unmatch .
    ;;
*) exit "$status" ;;
esac

find "$site" -mindepth 1 -maxdepth 1 ! -name .git ! -name assets ! -name CNAME -exec rm -rf {} +
cp -R outbox/site/. "$site/"
touch "$site/.nojekyll" # otherwise GitHub does not serve names that begin with _

git -C "$site" add --all --force
if git -C "$site" rev-parse --quiet --verify HEAD >/dev/null && git -C "$site" diff --cached --quiet; then
    echo "$branch: nothing changed"
else
    git -C "$site" -c user.name=newsletter -c user.email=newsletter@localhost commit --quiet --message 'Publish'
    remote -C "$site" push --quiet origin "HEAD:refs/heads/$branch"
    echo "$branch: published"
fi
remote fetch --quiet --depth 1 origin "refs/heads/$branch"
