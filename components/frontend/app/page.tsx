export default function P() {
  return <p className="text-lg">hi</p>;
}
